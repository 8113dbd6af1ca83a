using TechCorp.Resilience;

namespace TechCorp.Samples;

/// <summary>The key of the request, checked by the filter.</summary>
internal sealed record IdempotencyKeyFeature(IdempotencyKey Key);
