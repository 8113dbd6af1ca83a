namespace TechCorp.Resilience;

/// <summary>What becomes of a record when its operation failed and the failure is not to be replayed.</summary>
public enum ClaimDisposition
{
    /// <summary>The record is removed; the next call runs the operation.</summary>
    Release,

    /// <summary>The record stays, in doubt, until <see cref="IIdempotencyStore.ResolveAsync"/>. It never expires.</summary>
    InDoubt,
}
