using TechCorp.Messaging;

namespace TechCorp.Samples;

/// <summary>The settings of a service: where it listens, and which broker and database it uses. Nothing else differs between embedded and production.</summary>
public sealed record ServiceSettings
{
    /// <summary>The service's name: <c>order-service</c>. Its database file, schema and application id derive from it.</summary>
    public required string Name { get; init; }

    /// <summary>The address to listen on. Port 0 selects a free port.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>The AMQP URI of RabbitMQ; null for the in-memory broker.</summary>
    public string? RabbitMq { get; init; }

    /// <summary>The Npgsql connection string; null for SQLite.</summary>
    public string? Postgres { get; init; }

    /// <summary>The folder of SQLite files and images.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The in-memory broker that several services of one process share.</summary>
    public InMemoryBroker? Broker { get; init; }

    /// <summary>The base addresses of the services it calls, by short name: <c>inventory</c>.</summary>
    public IReadOnlyDictionary<string, Uri> Dependencies { get; init; } = new Dictionary<string, Uri>();

    /// <summary>Further configuration, as in an appsettings file: <c>TechCorp:Resilience:Pipelines:gateway:Retry:BaseDelay</c>.</summary>
    public IReadOnlyDictionary<string, string?> Configuration { get; init; } = new Dictionary<string, string?>();

    /// <summary>Whether the service logs only critical entries. OrderFlow sets it, because the log of its injected faults would hide the rest.</summary>
    public bool Quiet { get; init; }

    /// <summary>The schema on PostgreSQL.</summary>
    public string Schema => Name.Replace('-', '_');
}
