namespace TechCorp.Patterns.EndToEnd.Tests;

public sealed class SqliteIdempotencyFilterTests : IdempotencyFilterTests
{
    private protected override string? Postgres(FreshGround ground) => null;
}
