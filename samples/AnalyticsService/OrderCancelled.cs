namespace AnalyticsService;

/// <summary>What this service reads of the event <c>order.cancelled</c>.</summary>
public sealed record OrderCancelled(string OrderId) : IOrderEvent;
