using System.Diagnostics;

namespace TechCorp.Resilience;

/// <summary>The answer to a claim: the lease, the outcome to replay, or the reason why neither is given.</summary>
[DebuggerDisplay("{Status}")]
public readonly record struct IdempotencyClaim
{
    private readonly IdempotencyLease _lease;
    private readonly StoredOutcome _outcome;

    private IdempotencyClaim(IdempotencyClaimStatus status, IdempotencyLease lease = default, StoredOutcome outcome = default, TimeSpan retryAfter = default)
    {
        Status = status;
        _lease = lease;
        _outcome = outcome;
        RetryAfter = retryAfter;
    }

    /// <summary>Which of the five answers this is.</summary>
    public IdempotencyClaimStatus Status { get; }

    /// <summary>What is left of the other owner's lease when <see cref="IdempotencyClaimStatus.InProgress"/>; otherwise zero.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>The lease that completes, releases or renews the claim.</summary>
    /// <exception cref="InvalidOperationException">The claim is not <see cref="IdempotencyClaimStatus.Acquired"/>.</exception>
    public IdempotencyLease Lease => Status == IdempotencyClaimStatus.Acquired
        ? _lease
        : throw new InvalidOperationException($"Only an acquired claim has a lease; this one is {Status}.");

    /// <summary>The outcome to give back.</summary>
    /// <exception cref="InvalidOperationException">The claim is not <see cref="IdempotencyClaimStatus.Replay"/>.</exception>
    public StoredOutcome Outcome => Status == IdempotencyClaimStatus.Replay
        ? _outcome
        : throw new InvalidOperationException($"Only a replay has an outcome; this claim is {Status}.");

    /// <summary>The key was used for another request.</summary>
    public static IdempotencyClaim Mismatch { get; } = new(IdempotencyClaimStatus.Mismatch);

    /// <summary>Whether the effect happened is not known.</summary>
    public static IdempotencyClaim InDoubt { get; } = new(IdempotencyClaimStatus.InDoubt);

    /// <summary>The caller holds the key.</summary>
    /// <param name="lease">The proof of the claim.</param>
    public static IdempotencyClaim Acquired(IdempotencyLease lease) => new(IdempotencyClaimStatus.Acquired, lease: lease);

    /// <summary>The operation has finished.</summary>
    /// <param name="outcome">What to give back.</param>
    public static IdempotencyClaim Replay(StoredOutcome outcome) => new(IdempotencyClaimStatus.Replay, outcome: outcome);

    /// <summary>Another owner is running the operation.</summary>
    /// <param name="retryAfter">What is left of its lease.</param>
    public static IdempotencyClaim InProgress(TimeSpan retryAfter)
        => new(IdempotencyClaimStatus.InProgress, retryAfter: retryAfter > TimeSpan.Zero ? retryAfter : TimeSpan.Zero);
}
