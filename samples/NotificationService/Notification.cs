namespace NotificationService;

/// <summary>A notification to a customer. The routing key names the channel and the subject.</summary>
public sealed record Notification(string OrderId, string Recipient, string Text);
