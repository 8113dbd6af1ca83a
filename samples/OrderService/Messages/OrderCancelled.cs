namespace OrderService.Messages;

/// <summary>An order was undone.</summary>
public sealed record OrderCancelled(string Event, string OrderId, string UserId, string Reason, DateTimeOffset Timestamp);
