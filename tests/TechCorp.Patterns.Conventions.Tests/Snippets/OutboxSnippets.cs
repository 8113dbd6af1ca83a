#region snippet: usings-outbox
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TechCorp.Messaging;
using TechCorp.Outbox;
#endregion

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

#pragma warning disable CA1812 // Made by the container.

internal static class OutboxSnippets
{
    internal static void Outbox(IServiceCollection services)
    {
        #region snippet: outbox-registration
        var database = new OutboxDatabase(NpgsqlDataSource.Create("Host=localhost;Database=orders;…"), SqlDialect.PostgreSql);
        services.AddTechCorpOutbox(outbox => outbox.UseDatabase(database)); // creates its tables at startup and runs the relay with the host
        #endregion
    }

    internal static async Task CommitAsync(TransactionalOutbox outbox, CancellationToken cancellationToken)
    {
        #region snippet: outbox
        await using var work = await outbox.BeginAsync(cancellationToken: cancellationToken);
        await work.Connection.ExecuteAsync("insert into orders (order_id) values (@id)", new { id = "17" }, work.Transaction);
        work.Publish(new OrderCreated("17", "ana"), aggregateType: "Order", aggregateId: "17");
        await work.CommitAsync(cancellationToken); // both or neither; then the relay publishes, in order per aggregate
        #endregion
    }

    internal static void Inbox(MessagingBuilder messaging)
    {
        #region snippet: inbox-registration
        messaging.AddTransactionalConsumer<DemandHandler, OrderCreated>();
        #endregion
    }
}

#region snippet: inbox
[Consumer(Queue = "inventory.order-events")]
internal sealed class DemandHandler : ITransactionalHandler<OrderCreated>
{
    // The inbox entry, these writes and the published events commit together. A repeated delivery of the message changes nothing.
    public async Task HandleAsync(OrderCreated message, TransactionContext context, CancellationToken cancellationToken)
    {
        await context.Connection.ExecuteAsync("update demand set orders = orders + 1", transaction: context.Transaction);
        context.Publish(new Notification(message.OrderId, "We have received your order."),
            Destination.ToExchange("notifications", "notification.email.order.received"));
    }
}
#endregion
