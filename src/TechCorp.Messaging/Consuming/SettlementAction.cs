namespace TechCorp.Messaging;

/// <summary>What is done with a delivery after an attempt.</summary>
internal enum SettlementAction
{
    /// <summary>Give it back to its queue.</summary>
    Requeue,

    /// <summary>Acknowledge it.</summary>
    Acknowledge,

    /// <summary>Call the handler again at once.</summary>
    RetryNow,

    /// <summary>Hold the delivery for <see cref="SettlementDecision.Delay"/>, then call the handler again.</summary>
    RetryAfterHold,

    /// <summary>Publish a copy to the retry queue of <see cref="SettlementDecision.Delay"/>, then acknowledge.</summary>
    RetryByQueue,

    /// <summary>Publish a copy with <see cref="SettlementDecision.Reason"/> to the dead-letter queue, then acknowledge.</summary>
    DeadLetter,

    /// <summary>Publish a copy to the end of its queue, because the queue for its copy is missing or full, then acknowledge.</summary>
    SetAside,

    /// <summary>Acknowledge it although no handler was called: its type is none of this consumer's business.</summary>
    Ignore,

    /// <summary>Acknowledge it although it failed: its queue has no dead letters.</summary>
    Discard,
}
