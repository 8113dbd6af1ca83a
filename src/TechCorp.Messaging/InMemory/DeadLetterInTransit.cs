namespace TechCorp.Messaging;

/// <summary>A dead letter on its way out of a queue. Guarded by the broker's lock.</summary>
internal sealed class DeadLetterInTransit(InMemoryQueue source, StoredMessage message, string reason)
{
    internal InMemoryQueue Source { get; } = source;

    internal StoredMessage Message { get; } = message;

    internal string Reason { get; } = reason;

    /// <summary>The queues that have taken it: when another one refused, these are not asked again.</summary>
    internal HashSet<InMemoryQueue> Arrived { get; } = [];
}
