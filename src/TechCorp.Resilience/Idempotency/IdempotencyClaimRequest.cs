namespace TechCorp.Resilience;

/// <summary>What a caller asks of <see cref="IIdempotencyStore.TryBeginAsync"/>.</summary>
/// <param name="Key">The operation.</param>
/// <param name="Fingerprint">The request under that key.</param>
/// <param name="Owner">This claim and no other: a new id for each call of the operation, kept when a lost reply is asked for again.</param>
/// <param name="Lease">How long nobody else may claim; renewed while the operation runs. More than zero, at most ten years.</param>
/// <param name="Retention">How long the record is kept from now when its owner dies. More than zero, at most ten years.</param>
public readonly record struct IdempotencyClaimRequest(IdempotencyKey Key, Fingerprint Fingerprint, Guid Owner, TimeSpan Lease, TimeSpan Retention);
