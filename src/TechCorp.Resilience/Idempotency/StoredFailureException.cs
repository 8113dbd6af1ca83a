namespace TechCorp.Resilience;

/// <summary>The operation failed in an earlier call and was not run again; this is that failure.</summary>
public sealed class StoredFailureException : IdempotencyException
{
    internal StoredFailureException(IdempotencyKey key, string failureType, string failureMessage)
        : base(key, $"The operation '{key}' failed in an earlier call and was not run again: {failureMessage}")
    {
        FailureType = failureType;
        FailureMessage = failureMessage;
    }

    /// <summary>The name of the type of the original exception.</summary>
    public string FailureType { get; }

    /// <summary>The message of the original exception, at most 1,024 characters.</summary>
    public string FailureMessage { get; }
}
