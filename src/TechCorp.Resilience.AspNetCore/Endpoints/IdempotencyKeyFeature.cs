namespace TechCorp.Resilience.AspNetCore;

/// <summary>The key of the request, after it was checked.</summary>
internal sealed record IdempotencyKeyFeature(IdempotencyKey Key);
