using OrderService.Clients;
using OrderService.Saga;
using TechCorp.Messaging;
using TechCorp.Resilience;
using TechCorp.Resilience.Http;
using TechCorp.Samples;

namespace OrderService;

/// <summary>Places orders and orchestrates the order saga.</summary>
public static class OrderApp
{
    private static readonly Destination Events = Destination.ToExchange("events.fanout");

    /// <summary>The service, ready to start.</summary>
    public static WebApplication Build(ServiceSettings settings)
    {
        var builder = ServiceHost.CreateBuilder(
            settings,
            Tables.Sql,
            messaging => messaging
                .AddTopology(Topology.Fanout("events.fanout"))
                .AddMessage("order.created", OrderJson.Default.OrderCreated, Events)
                .AddMessage("order.completed", OrderJson.Default.OrderCompleted, Events)
                .AddMessage("order.cancelled", OrderJson.Default.OrderCancelled, Events),
            outbox => outbox.AddSaga<OrderSaga, OrderState>(OrderJson.Default.OrderState));

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Orders>();
        builder.Services.AddTechCorpResilience(resilience => resilience
            .AddPipeline("inventory")
            .AddPipeline("payments", payments =>
            {
                payments.Retry = null; // the saga retries with the same key; a retry here would multiply the attempts
                payments.CircuitBreaker!.RecoveryTimeout = TimeSpan.FromSeconds(2);
            }));
        builder.Services.AddHttpClient<InventoryClient>(http => http.BaseAddress = settings.Dependencies["inventory"])
            .AddTechCorpResilience("inventory");
        builder.Services.AddHttpClient<PaymentClient>(http => http.BaseAddress = settings.Dependencies["payments"])
            .AddTechCorpResilience("payments");

        var app = builder.BuildService();
        app.MapOrders();
        return app;
    }
}
