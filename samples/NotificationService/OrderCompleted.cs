namespace NotificationService;

/// <summary>What this service reads of the event <c>order.completed</c>.</summary>
public sealed record OrderCompleted(string OrderId, string UserId);
