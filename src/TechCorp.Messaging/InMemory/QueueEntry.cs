namespace TechCorp.Messaging;

/// <summary>A message in one queue, ready or held by a consumer. Guarded by the broker's lock.</summary>
internal sealed class QueueEntry(InMemoryQueue queue, StoredMessage message, TimeSpan expiresAt)
{
    internal InMemoryQueue Queue { get; } = queue;

    internal StoredMessage Message { get; } = message;

    /// <summary>On the broker's clock; <see cref="TimeSpan.MaxValue"/> for never. Being requeued does not renew it.</summary>
    internal TimeSpan ExpiresAt { get; } = expiresAt;

    /// <summary>Its place among the messages that were appended.</summary>
    internal long Position { get; set; }

    /// <summary>How many times it came back unsettled or requeued.</summary>
    internal int Returns { get; set; }

    /// <summary>… and how many of these count against the delivery limit.</summary>
    internal int CountedReturns { get; set; }
}
