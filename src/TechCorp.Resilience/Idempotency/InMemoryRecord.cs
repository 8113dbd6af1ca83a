namespace TechCorp.Resilience;

/// <summary>One record of <see cref="InMemoryIdempotencyStore"/>. Read and written under its gate.</summary>
internal sealed class InMemoryRecord(IdempotencyKey key)
{
    public IdempotencyKey Key => key;

    public Fingerprint Fingerprint { get; set; }

    public InMemoryStatus Status { get; set; }

    public Guid Owner { get; set; }

    public long Fence { get; set; }

    public int Attempt { get; set; }

    /// <summary>The timestamp at which the lease of a record in progress is over.</summary>
    public long LeaseEnd { get; set; }

    /// <summary>The timestamp from which the record is forgotten; <see cref="long.MaxValue"/> in doubt.</summary>
    public long Expiry { get; set; }

    public StoredOutcome Outcome { get; set; }

    /// <summary>Where it stands among the finished records; <see langword="null"/> when it is not one.</summary>
    public LinkedListNode<InMemoryRecord>? FinishedPlace { get; set; }

    public bool IsFinished => Status == InMemoryStatus.Finished;

    public IdempotencyLease Lease => new(key, Owner, Fence, Attempt);

    public bool IsHeldBy(IdempotencyLease lease) => Status == InMemoryStatus.InProgress && IsOf(lease);

    public bool IsOf(IdempotencyLease lease) => Owner == lease.Owner && Fence == lease.Fence;

    public bool IsForgotten(long now) => Status switch
    {
        InMemoryStatus.Finished => now >= Expiry,
        InMemoryStatus.InProgress => now >= Expiry && now >= LeaseEnd,
        _ => false,
    };
}
