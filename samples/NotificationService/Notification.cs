namespace NotificationService;

/// <summary>Something to be told to somebody; the routing key says by which channel and what about.</summary>
public sealed record Notification(string OrderId, string Recipient, string Text);
