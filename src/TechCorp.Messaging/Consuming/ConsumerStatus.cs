namespace TechCorp.Messaging;

/// <summary>One consumer at a moment; counts are since the process started.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="State">What it is doing.</param>
public sealed record ConsumerStatus(string Queue, ConsumerState State)
{
    /// <summary>Deliveries held that no handler has begun.</summary>
    public int Waiting { get; init; }

    /// <summary>Handlers that run.</summary>
    public int Running { get; init; }

    /// <summary>Those of them that are over their <see cref="ConsumerOptions.HandlerTimeout"/> and have not heeded their canceled token: each keeps its place, and its message cannot go on.</summary>
    public int Overdue { get; init; }

    /// <summary>Deliveries received, repeated ones included.</summary>
    public long Received { get; init; }

    /// <summary>Deliveries acknowledged after their handler.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Deliveries moved to a retry queue.</summary>
    public long Retried { get; init; }

    /// <summary>Deliveries moved to the dead-letter queue.</summary>
    public long DeadLettered { get; init; }

    /// <summary>Deliveries given back to their queue.</summary>
    public long Requeued { get; init; }

    /// <summary>Deliveries and settles that came to nothing because their channel was gone; those messages come again.</summary>
    public long Stale { get; init; }
}
