namespace NotificationService;

/// <summary>What this service reads of the event <c>order.cancelled</c>.</summary>
public sealed record OrderCancelled(string OrderId, string UserId, string Reason);
