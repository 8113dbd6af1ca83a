namespace TechCorp.Messaging;

/// <summary>What is to be done with a delivery.</summary>
internal enum VerdictKind
{
    /// <summary>Acknowledge: done.</summary>
    Acknowledge,

    /// <summary>Call the handler again at once.</summary>
    TryAgain,

    /// <summary>Publish a copy to the retry queue of <see cref="Verdict.Delay"/>, then acknowledge.</summary>
    RetryAfter,

    /// <summary>Hold the delivery for <see cref="Verdict.Delay"/>, then call the handler again.</summary>
    HoldAndTryAgain,

    /// <summary>Publish a copy with <see cref="Verdict.Reason"/> to the dead-letter queue, then acknowledge.</summary>
    DeadLetter,

    /// <summary>Give it back to its queue.</summary>
    Requeue,
}
