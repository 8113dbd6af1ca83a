namespace OrderService.Clients;

/// <summary>Why another service said no.</summary>
internal sealed record Refusal(string? Reason);
