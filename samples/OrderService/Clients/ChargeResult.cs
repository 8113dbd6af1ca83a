namespace OrderService.Clients;

/// <summary>The outcome of a charge request, and the service's <c>Retry-After</c>, if it sent one.</summary>
internal sealed record ChargeResult(ChargeOutcome Outcome, TimeSpan? RetryAfter = null);
