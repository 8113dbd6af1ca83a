using TechCorp.Resilience;

namespace TechCorp.Samples;

/// <summary>The key of the request, after the filter has checked it.</summary>
internal sealed record IdempotencyKeyFeature(IdempotencyKey Key);
