namespace TechCorp.Resilience;

/// <summary>An earlier call may or may not have had its effect. It is not run again until somebody resolves the key.</summary>
public sealed class IdempotencyInDoubtException : IdempotencyException
{
    internal IdempotencyInDoubtException(IdempotencyKey key)
        : base(key, $"Whether the operation '{key}' had its effect is not known; it was not run again. Find out and call ResolveAsync.")
    {
    }
}
