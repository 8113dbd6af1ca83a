using Dapper;
using TechCorp.Messaging;
using TechCorp.Outbox;

namespace InventoryService;

/// <summary>Counts the demand for each product. The inbox entry commits with the counts, so a redelivered event is counted once.</summary>
[Consumer(Queue = "inventory.order-events")]
public sealed class DemandHandler : ITransactionalHandler<OrderCreated>, ITransactionalHandler<OrderCompleted>, ITransactionalHandler<OrderCancelled>
{
    /// <inheritdoc/>
    public async Task HandleAsync(OrderCreated message, TransactionContext context, CancellationToken cancellationToken)
    {
        await ReceiveAsync(context, message.OrderId);
        foreach (var line in message.Items)
        {
            await context.Connection.ExecuteAsync(
                """
                insert into demand (product_id, orders, quantity)
                values (@ProductId, 1, @Quantity)
                on conflict (product_id) do update
                set orders = demand.orders + 1, quantity = demand.quantity + excluded.quantity
                """,
                line,
                context.Transaction);
        }
    }

    /// <inheritdoc/>
    public Task HandleAsync(OrderCompleted message, TransactionContext context, CancellationToken cancellationToken) => ReceiveAsync(context, message.OrderId);

    /// <inheritdoc/>
    public Task HandleAsync(OrderCancelled message, TransactionContext context, CancellationToken cancellationToken) => ReceiveAsync(context, message.OrderId);

    // Deliberately without a unique key, so that OrderFlow's checks detect an event that is applied twice.
    private static Task ReceiveAsync(TransactionContext context, string orderId) => context.Connection.ExecuteAsync(
        "insert into event_receipts (receipt_id, message_id, order_id, type) values (@receiptId, @messageId, @orderId, @type)",
        new { receiptId = Guid.CreateVersion7().ToString(), messageId = context.Message.MessageId, orderId, type = context.Message.Type },
        context.Transaction);
}
