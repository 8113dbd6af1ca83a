using Dapper;
using TechCorp.Messaging;
using TechCorp.Outbox;

namespace NotificationService;

/// <summary>Turns order events into notifications. The inbox entry and the published notifications commit together.</summary>
[Consumer(Queue = "notification.order-events")]
public sealed class OrderEventsHandler : ITransactionalHandler<OrderCreated>, ITransactionalHandler<OrderCompleted>, ITransactionalHandler<OrderCancelled>
{
    /// <inheritdoc/>
    public async Task HandleAsync(OrderCreated message, TransactionContext context, CancellationToken cancellationToken)
    {
        await ReceiveAsync(context, message.OrderId);
        Notify(context, "notification.email.order.confirmed", new Notification(message.OrderId, message.UserId, "We have received your order."));
    }

    /// <inheritdoc/>
    public async Task HandleAsync(OrderCompleted message, TransactionContext context, CancellationToken cancellationToken)
    {
        await ReceiveAsync(context, message.OrderId);
        Notify(context, "notification.sms.order.shipped", new Notification(message.OrderId, message.UserId, "Your order is on its way."));
        Notify(context, "notification.push.promo.new", new Notification(message.OrderId, message.UserId, "Thank you: 10 % off your next order."));
    }

    /// <inheritdoc/>
    public async Task HandleAsync(OrderCancelled message, TransactionContext context, CancellationToken cancellationToken)
    {
        await ReceiveAsync(context, message.OrderId);
        Notify(context, "notification.email.order.cancelled", new Notification(message.OrderId, message.UserId, $"Your order was canceled: {message.Reason}."));
    }

    private static void Notify(TransactionContext context, string routingKey, Notification notification)
        => context.Publish(notification, Destination.ToExchange("notifications", routingKey), "Order", notification.OrderId);

    // Deliberately without a unique key, so that OrderFlow's checks detect an event that is applied twice.
    private static Task ReceiveAsync(TransactionContext context, string orderId) => context.Connection.ExecuteAsync(
        "insert into event_receipts (receipt_id, message_id, order_id, type) values (@receiptId, @messageId, @orderId, @type)",
        new { receiptId = Guid.CreateVersion7().ToString(), messageId = context.Message.MessageId, orderId, type = context.Message.Type },
        context.Transaction);
}
