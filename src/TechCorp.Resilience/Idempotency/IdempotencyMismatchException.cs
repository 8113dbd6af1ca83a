namespace TechCorp.Resilience;

/// <summary>The key was used for another request. The caller must use a new key. (HTTP 422.)</summary>
public sealed class IdempotencyMismatchException : IdempotencyException
{
    internal IdempotencyMismatchException(IdempotencyKey key)
        : base(key, $"The key '{key}' was used for another request; nothing was run. Use a new key for a new request.")
    {
    }
}
