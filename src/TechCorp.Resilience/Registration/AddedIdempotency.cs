namespace TechCorp.Resilience;

/// <summary>Marks in a container that idempotency was added, with the options that a further call changes.</summary>
internal sealed record AddedIdempotency(IdempotencyOptions Options);
