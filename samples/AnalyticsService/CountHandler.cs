using Dapper;
using TechCorp.Messaging;
using TechCorp.Outbox;

namespace AnalyticsService;

/// <summary>Counts events by type. One handler of the common interface handles all three types.</summary>
[Consumer(Queue = "analytics.order-events")]
public sealed class CountHandler : ITransactionalHandler<IOrderEvent>
{
    /// <inheritdoc/>
    public async Task HandleAsync(IOrderEvent message, TransactionContext context, CancellationToken cancellationToken)
    {
        // Deliberately without a unique key, so that OrderFlow's checks detect an event that is applied twice.
        await context.Connection.ExecuteAsync(
            "insert into event_receipts (receipt_id, message_id, order_id, type) values (@receiptId, @messageId, @OrderId, @type)",
            new { receiptId = Guid.CreateVersion7().ToString(), messageId = context.Message.MessageId, message.OrderId, type = context.Message.Type },
            context.Transaction);
        await context.Connection.ExecuteAsync(
            "insert into counts (type, events) values (@type, 1) on conflict (type) do update set events = counts.events + 1",
            new { type = context.Message.Type },
            context.Transaction);
    }
}
