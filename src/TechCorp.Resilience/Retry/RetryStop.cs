namespace TechCorp.Resilience;

/// <summary>Why a failed call was not repeated (again).</summary>
internal enum RetryStop
{
    None,
    NotRetryable,
    AttemptsExhausted,
    NotRepeatable,
    RetryAfterTooLong,
    DeadlineTooClose,
    BudgetExhausted,
    CircuitOpen,
}
