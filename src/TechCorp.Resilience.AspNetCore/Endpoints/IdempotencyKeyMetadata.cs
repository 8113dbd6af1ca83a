namespace TechCorp.Resilience.AspNetCore;

/// <summary>Marks an endpoint that requires a key.</summary>
internal sealed record IdempotencyKeyMetadata;
