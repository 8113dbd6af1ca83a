namespace TechCorp.Resilience;

/// <summary>The answer of an idempotency store to a claim.</summary>
public enum IdempotencyClaimStatus
{
    /// <summary>The caller holds the key and must run the operation.</summary>
    Acquired = 1,

    /// <summary>The operation has finished; its outcome is given back.</summary>
    Replay,

    /// <summary>Somebody else runs the operation now.</summary>
    InProgress,

    /// <summary>The key was used for another request.</summary>
    Mismatch,

    /// <summary>Nobody knows whether the effect happened; a person or program must find out and resolve it.</summary>
    InDoubt,
}
