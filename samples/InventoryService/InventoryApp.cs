using TechCorp.Messaging;
using TechCorp.Outbox;
using TechCorp.Samples;

namespace InventoryService;

/// <summary>Manages the stock: answers availability requests, and reserves, releases and confirms items for the order saga. Subscribes to order
/// events to count the demand.</summary>
public static class InventoryApp
{
    /// <summary>The service, ready to start.</summary>
    public static WebApplication Build(ServiceSettings settings)
    {
        var builder = ServiceHost.CreateBuilder(
            settings,
            Tables.Sql,
            messaging => messaging
                .AddTopology(Topology.Fanout("events.fanout", "inventory.order-events"))
                .AddMessage("order.created", InventoryJson.Default.OrderCreated)
                .AddMessage("order.completed", InventoryJson.Default.OrderCompleted)
                .AddMessage("order.cancelled", InventoryJson.Default.OrderCancelled)
                .AddTransactionalConsumer<DemandHandler, OrderCreated>()
                .AddTransactionalConsumer<DemandHandler, OrderCompleted>()
                .AddTransactionalConsumer<DemandHandler, OrderCancelled>());
        builder.Services.AddSingleton<Stock>();

        var app = builder.BuildService();
        app.MapProducts();
        app.MapReservations();
        return app;
    }
}
