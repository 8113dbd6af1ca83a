namespace TechCorp.Resilience;

/// <summary>Proof of a claim. A store writes only for the lease whose owner and fence are the record's: the writes of an owner
/// that lost its lease change nothing.</summary>
/// <param name="Key">The operation.</param>
/// <param name="Owner">The owner of the request that claimed it.</param>
/// <param name="Fence">
/// Grows with each claim of the key: for systems that must refuse an older owner. It begins again only after the store has forgotten the key
/// (<see cref="IIdempotencyStore.SweepAsync"/>).
/// </param>
/// <param name="Attempt">1 for the first claim of the record, one higher for each take-over. Above 1, an earlier run may have had its effect.</param>
public readonly record struct IdempotencyLease(IdempotencyKey Key, Guid Owner, long Fence, int Attempt);
