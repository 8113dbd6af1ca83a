namespace TechCorp.Outbox;

/// <summary>Where a saga stands.</summary>
public enum SagaStatus
{
    /// <summary>Its steps are being run, or wait for their next attempt.</summary>
    Running,

    /// <summary>What was done is being undone, in reverse order.</summary>
    Compensating,

    /// <summary>No running process knows the definition it was started with, or its state cannot be read. Nothing is run or
    /// undone until one does, or it can.</summary>
    Suspended,

    /// <summary>
    /// An operator should look at it: a compensation is stuck (it waits for <see cref="SagaOrchestrator.RetryAsync"/>), or a step after the pivot
    /// keeps failing (it is still retried).
    /// </summary>
    NeedsAttention,

    /// <summary>Every step succeeded. Final.</summary>
    Completed,

    /// <summary>Everything that was done, or may have been done, is undone. Final.</summary>
    Compensated,
}
