using Dapper;
using TechCorp.Outbox;

namespace NotificationService.Workers;

/// <summary>Records each notification that a worker sends.</summary>
internal static class SentLog
{
    internal static Task SendAsync(this TransactionContext context, string channel, Notification notification) => context.Connection.ExecuteAsync(
        """
        insert into sent (sent_id, message_id, order_id, channel, routing_key, recipient, text)
        values (@sentId, @messageId, @OrderId, @channel, @routingKey, @Recipient, @Text)
        """,
        new
        {
            sentId = Guid.CreateVersion7().ToString(),
            messageId = context.Message.MessageId,
            notification.OrderId,
            channel,
            routingKey = context.Message.RoutingKey,
            notification.Recipient,
            notification.Text,
        },
        context.Transaction);
}
