namespace TechCorp.Patterns.EndToEnd.Tests;

/// <summary>The real servers that eng/services.sh brings up. A missing one fails the test that needs it.</summary>
internal static class Servers
{
    internal static string RabbitMq => Find("TECHCORP_RABBITMQ");

    internal static string Postgres => Find("TECHCORP_POSTGRES");

    private static string Find(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{variable} is not set: run the tests by ./test.sh, or by eng/services.sh run -- COMMAND.");
}
