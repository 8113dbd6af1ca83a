namespace TechCorp.Resilience;

/// <summary>What becomes of a record when its operation failed and the failure is not to be replayed.</summary>
public enum ClaimDisposition
{
    /// <summary>The key is free: the next call runs the operation, whatever its fingerprint, as attempt 1 under the next fence.</summary>
    Release,

    /// <summary>The record stays, in doubt, until <see cref="IIdempotencyStore.ResolveAsync"/>. It never expires.</summary>
    InDoubt,
}
