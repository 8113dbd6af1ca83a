namespace OrderService.Messages;

/// <summary>An order is reserved, paid and confirmed.</summary>
public sealed record OrderCompleted(string Event, string OrderId, string UserId, DateTimeOffset Timestamp);
