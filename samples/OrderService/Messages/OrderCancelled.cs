namespace OrderService.Messages;

/// <summary>An order was canceled, and its effects were compensated.</summary>
public sealed record OrderCancelled(string Event, string OrderId, string UserId, string Reason, DateTimeOffset Timestamp);
