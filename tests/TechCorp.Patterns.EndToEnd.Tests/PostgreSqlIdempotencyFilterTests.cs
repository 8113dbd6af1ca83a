namespace TechCorp.Patterns.EndToEnd.Tests;

public sealed class PostgreSqlIdempotencyFilterTests : IdempotencyFilterTests
{
    private protected override string? Postgres(FreshGround ground) => ground.Postgres;
}
