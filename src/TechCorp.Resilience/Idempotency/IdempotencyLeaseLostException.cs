namespace TechCorp.Resilience;

/// <summary>The call took longer than its lease could be kept, and another call may have taken the key. Its own outcome was not stored.</summary>
/// <remarks>Call again with the same key to get the outcome of the other call.</remarks>
public sealed class IdempotencyLeaseLostException : IdempotencyException
{
    internal IdempotencyLeaseLostException(IdempotencyKey key, Exception? innerException)
        : base(key, $"The claim on '{key}' was lost while the operation ran; its outcome was not stored. Call again with the same key.", innerException)
    {
    }
}
