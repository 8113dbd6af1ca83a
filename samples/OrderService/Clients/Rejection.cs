namespace OrderService.Clients;

/// <summary>Why another service rejected a request.</summary>
internal sealed record Rejection(string? Reason);
