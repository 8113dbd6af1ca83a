using OrderService.Clients;
using OrderService.Messages;
using OrderService.Saga;
using TechCorp.Messaging;
using TechCorp.Outbox;
using TechCorp.Resilience;
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
        builder.Services.AddTechCorpResilience(resilience => resilience.AddPipeline("inventory", inventory =>
        {
            inventory.Timeout = new TimeoutOptions();
            inventory.Retry = new RetryOptions();
            inventory.CircuitBreaker = new CircuitBreakerOptions();
        }));
        builder.Services.AddHttpClient<InventoryClient>(http => http.BaseAddress = settings.Dependencies["inventory"])
            .AddHttpMessageHandler(services => services.GetRequiredService<ResiliencePipelines>().CreateHandler("inventory"));

        // The saga retries by itself, with the same key: a timeout is all that its client needs.
        builder.Services.AddHttpClient<PaymentClient>(http => (http.BaseAddress, http.Timeout) = (settings.Dependencies["payments"], TimeSpan.FromSeconds(5)));

        var app = builder.BuildService();
        app.MapOrders();
        return app;
    }
}
