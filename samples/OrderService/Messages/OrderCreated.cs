namespace OrderService.Messages;

/// <summary>An order was placed. Published to the fanout exchange.</summary>
public sealed record OrderCreated(string Event, string OrderId, string UserId, IReadOnlyList<OrderItem> Items, DateTimeOffset Timestamp);
