using System.Diagnostics;

namespace TechCorp.Resilience;

/// <summary>One record of <see cref="InMemoryIdempotencyStore"/>. Read and written under its lock.</summary>
[DebuggerDisplay("{Key}: {Status}, fence {Fence}, attempt {Attempt}")]
internal sealed class InMemoryRecord(IdempotencyKey key)
{
    internal IdempotencyKey Key => key;

    internal Fingerprint Fingerprint { get; set; }

    internal InMemoryStatus Status { get; set; }

    internal Guid Owner { get; set; }

    internal long Fence { get; set; }

    internal int Attempt { get; set; }

    /// <summary>The timestamp at which the lease of a record in progress ends.</summary>
    internal long LeaseEnd { get; set; }

    /// <summary>The timestamp from which the record is forgotten; <see cref="long.MaxValue"/> in doubt.</summary>
    internal long Expiry { get; set; }

    internal StoredOutcome Outcome { get; set; }

    /// <summary>Its place among the finished records; <see langword="null"/> when it is not finished.</summary>
    internal LinkedListNode<InMemoryRecord>? FinishedPlace { get; set; }

    internal bool IsFinished => Status == InMemoryStatus.Finished;

    internal IdempotencyLease Lease => new(key, Owner, Fence, Attempt);

    internal bool IsHeldBy(IdempotencyLease lease) => Status == InMemoryStatus.InProgress && IsOf(lease);

    internal bool IsOf(IdempotencyLease lease) => Owner == lease.Owner && Fence == lease.Fence;

    internal bool IsForgotten(long now) => Status switch
    {
        InMemoryStatus.Finished => now >= Expiry,
        InMemoryStatus.InProgress => now >= Expiry && now >= LeaseEnd,
        _ => false,
    };
}
