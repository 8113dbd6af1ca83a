namespace OrderService.Clients;

/// <summary>An answer, and when the service wants to be asked again if it said so.</summary>
internal sealed record ChargeReply(ChargeAnswer Answer, TimeSpan? RetryAfter = null);
