namespace TechCorp.Messaging;

/// <summary>One consumer at a moment; counts are since the process started.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="State">What it is doing.</param>
public sealed record ConsumerStatus(string Queue, ConsumerState State)
{
    /// <summary>Why a consumer that nobody stopped is <see cref="ConsumerState.Stopped"/>: a message larger than the transport may take; null
    /// otherwise.</summary>
    public string? StopReason { get; init; }

    /// <summary>Deliveries held that no handler has begun.</summary>
    public int Waiting { get; init; }

    /// <summary>Handlers that run.</summary>
    public int Running { get; init; }

    /// <summary>Those of them that run past their <see cref="ConsumerOptions.HandlerTimeout"/> and ignore their canceled token:
    /// each counts against <see cref="ConsumerOptions.Concurrency"/> until it returns.</summary>
    public int Overdue { get; init; }

    /// <summary>Deliveries received, repeated ones included.</summary>
    public long Received { get; init; }

    /// <summary>Deliveries acknowledged after their handler.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Deliveries moved to a retry queue.</summary>
    public long Retried { get; init; }

    /// <summary>Deliveries moved to the dead-letter queue.</summary>
    public long DeadLettered { get; init; }

    /// <summary>Deliveries requeued.</summary>
    public long Requeued { get; init; }

    /// <summary>Deliveries and settlements of a lost channel; the broker delivers those messages again.</summary>
    public long Stale { get; init; }
}
