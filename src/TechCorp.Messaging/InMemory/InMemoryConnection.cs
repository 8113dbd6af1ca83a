namespace TechCorp.Messaging;

/// <summary>What one service has open at the broker, and what it declared. Guarded by the broker's lock.</summary>
internal sealed class InMemoryConnection
{
    /// <summary>Whether the service has stopped: nothing is opened any more.</summary>
    internal bool IsClosed { get; set; }

    internal HashSet<InMemoryConsumer> Consumers { get; } = [];

    internal List<InMemoryReader> Readers { get; } = [];

    /// <summary>For each queue the topology it was declared with last: the service declares it again when it is deleted while it is consumed.</summary>
    internal Dictionary<string, Topology> Declared { get; } = new(StringComparer.Ordinal);
}
