namespace TechCorp.Resilience;

/// <summary>How a call ended.</summary>
public enum OutcomeStatus
{
    /// <summary>With a value.</summary>
    Success = 1,

    /// <summary>With an exception, or with a value that counts as a failure.</summary>
    Failure,

    /// <summary>The circuit was not closed, or the concurrency limit was reached; the last attempt was not made.</summary>
    Rejected,

    /// <summary>The caller canceled it.</summary>
    Canceled,
}
