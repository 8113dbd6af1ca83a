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

    /// <summary>Deliveries acknowledged without a handler call because their type has no handler here. See
    /// <see cref="ConsumerOptions.WhenTypeUnknown"/>.</summary>
    public long Ignored { get; init; }

    /// <summary>Deliveries of a <see cref="Topology.Broadcast"/> queue that failed and were dropped, because such a queue has no dead letters.</summary>
    public long Discarded { get; init; }

    /// <summary>Deliveries moved to the end of their queue because the retry queue or dead-letter queue for them was missing or full. One message
    /// counts each time it comes round.</summary>
    public long SetAside { get; init; }

    /// <summary>The retry queues and dead-letter queues that are missing or full; empty when all take copies. Messages for them wait at the end
    /// of their queue meanwhile.</summary>
    public IReadOnlyList<string> UnavailableTargets { get; init; } = [];

    /// <summary>Deliveries requeued.</summary>
    public long Requeued { get; init; }

    /// <summary>Deliveries and settlements of a lost channel; the broker delivers those messages again.</summary>
    public long Stale { get; init; }
}
