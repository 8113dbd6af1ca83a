using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.EndToEnd.Tests;

/// <summary>The real servers that eng/services.sh brings up. A missing one fails the test that needs it.</summary>
internal static class Servers
{
    internal static string RabbitMq => Find("TECHCORP_RABBITMQ");

    /// <summary>The broker, when it is one that services.sh started for this run: the tests delete queues, which must not be in use.</summary>
    internal static string PrivateRabbitMq => ServicesScript.State is not null
        ? RabbitMq
        : throw new InvalidOperationException("These tests delete queues and exchanges with the samples' names: run them by ./test.sh, or by eng/services.sh "
        + "--private run -- COMMAND, and not on a broker of yours.");

    internal static string Postgres => Find("TECHCORP_POSTGRES");

    private static string Find(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{variable} is not set: run the tests by ./test.sh, or by eng/services.sh run -- COMMAND.");
}
