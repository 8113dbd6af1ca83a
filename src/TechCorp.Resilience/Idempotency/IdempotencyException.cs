namespace TechCorp.Resilience;

/// <summary>An idempotent operation gave no result. The derived type says why and what the caller may do.</summary>
public abstract class IdempotencyException : Exception
{
    private protected IdempotencyException(IdempotencyKey key, string message, Exception? innerException = null)
        : base(message, innerException) => Key = key;

    /// <summary>The key of the call.</summary>
    public IdempotencyKey Key { get; }
}
