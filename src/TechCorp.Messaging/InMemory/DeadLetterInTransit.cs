namespace TechCorp.Messaging;

/// <summary>A dead letter on its way out of a queue. Guarded by the broker's lock.</summary>
internal sealed class DeadLetterInTransit(InMemoryQueue source, StoredMessage message, string reason, TimeSpan left)
{
    internal InMemoryQueue Source { get; } = source;

    internal StoredMessage Message { get; } = message;

    internal string Reason { get; } = reason;

    /// <summary>When it left its queue, on the broker's clock: <see cref="TimeSpan.MaxValue"/> for now. What expired left when it expired, also where the clock
    /// jumped past that.</summary>
    internal TimeSpan Left { get; } = left;

    /// <summary>The queues that have taken it: when another one refused, these are not asked again.</summary>
    internal HashSet<InMemoryQueue> Arrived { get; } = [];
}
