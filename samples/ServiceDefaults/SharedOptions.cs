using System.CommandLine;

namespace TechCorp.Samples;

/// <summary>The options of all sample programs. Each falls back to an environment variable, then to the embedded default.</summary>
public static class SharedOptions
{
    /// <summary><c>--rabbitmq URI</c>, or <c>TECHCORP_RABBITMQ</c>; without either, the in-memory broker.</summary>
    public static Option<string?> RabbitMq()
        => Named("--rabbitmq", "URI", "TECHCORP_RABBITMQ", "AMQP URI of the broker, amqp://user:password@host:5672/vhost. Default: in memory.");

    /// <summary><c>--postgres CONNECTION</c>, or <c>TECHCORP_POSTGRES</c>; without either, SQLite.</summary>
    public static Option<string?> Postgres()
        => Named("--postgres", "CONNECTION", "TECHCORP_POSTGRES", "Npgsql connection string, Host=…;Username=…;Password=…;Database=…. Default: SQLite.");

    /// <summary><c>--data DIR</c>; without it, a temporary folder.</summary>
    public static Option<string?> Data() => new("--data") { Description = "Folder of SQLite files and images. Default: a temporary folder.", HelpName = "DIR" };

    private static Option<string?> Named(string name, string value, string variable, string description) => new(name)
    {
        Description = $"{description} Environment: {variable}.",
        HelpName = value,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set ? set : null,
    };
}
