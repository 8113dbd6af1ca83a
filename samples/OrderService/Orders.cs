using Dapper;
using OrderService.Messages;
using OrderService.Saga;
using TechCorp.Outbox;
using TechCorp.Samples;

namespace OrderService;

/// <summary>Stores the orders. One transaction places an order: it writes the order and the event <c>order.created</c>, and starts the saga.</summary>
public sealed class Orders(ServiceDatabase database, TransactionalOutbox outbox, SagaOrchestrator sagas, TimeProvider timeProvider)
{
    /// <summary>Places an order. A call with an existing id returns that order.</summary>
    internal async Task<Order> PlaceAsync(string orderId, PlaceOrderRequest request, CancellationToken cancellationToken)
    {
        var order = new Order(orderId, request.UserId, request.Items.Sum(item => item.Quantity * item.UnitPrice), "pending", null);
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        var placed = await work.Connection.ExecuteAsync(
            "insert into orders (order_id, user_id, amount, status) values (@OrderId, @UserId, @Amount, @Status) on conflict (order_id) do nothing", order,
            work.Transaction);
        if (placed == 1)
        {
            work.Publish(new OrderCreated("order.created", orderId, request.UserId, request.Items, timeProvider.GetUtcNow()), aggregateType: "Order",
                aggregateId: orderId);
            await sagas.StartAsync(work.Transaction, orderId, new OrderState(orderId, request.UserId, order.Amount, request.PaymentToken, request.Items),
                cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        sagas.Wake();
        return await FindAsync(orderId, cancellationToken) ?? order;
    }

    internal async Task<Order?> FindAsync(string orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Order>(
            "select order_id as OrderId, user_id as UserId, amount as Amount, status as Status, reason as Reason from orders where order_id = @orderId",
            new { orderId });
    }
}
