namespace TechCorp.Resilience;

/// <summary>The answer of an idempotency store to a claim.</summary>
public enum IdempotencyClaimStatus
{
    /// <summary>The caller holds the key and must run the operation.</summary>
    Acquired = 1,

    /// <summary>The operation has finished; its outcome is given back.</summary>
    Replay,

    /// <summary>Another owner is running the operation.</summary>
    InProgress,

    /// <summary>The key was used for another request.</summary>
    Mismatch,

    /// <summary>Whether the effect happened is not known; a person or a program must find out and resolve the key.</summary>
    InDoubt,
}
