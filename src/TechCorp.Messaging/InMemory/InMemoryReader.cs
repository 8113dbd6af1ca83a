namespace TechCorp.Messaging;

/// <summary>A reader as the broker knows it. Guarded by the broker's lock.</summary>
internal sealed class InMemoryReader(InMemoryQueue queue, InMemoryConnection connection)
{
    internal InMemoryQueue Queue { get; } = queue;

    internal InMemoryConnection Connection { get; } = connection;

    internal UnsettledDeliveries Unsettled { get; } = new();

    /// <summary>Whether its channel is gone. A reader does not come back: it would begin from the front again without saying so.</summary>
    internal bool IsLost { get; set; }
}
