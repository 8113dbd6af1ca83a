using Dapper;
using TechCorp.Messaging;
using TechCorp.Outbox;
using TechCorp.Samples;

namespace AnalyticsService;

/// <summary>Subscribes to order events and counts each event once.</summary>
public static class AnalyticsApp
{
    /// <summary>The service, ready to start.</summary>
    public static WebApplication Build(ServiceSettings settings)
    {
        var builder = ServiceHost.CreateBuilder(
            settings,
            Tables.Sql,
            messaging => messaging
                .AddTopology(Topology.Fanout("events.fanout", "analytics.order-events"))
                .AddMessage("order.created", AnalyticsJson.Default.OrderCreated)
                .AddMessage("order.completed", AnalyticsJson.Default.OrderCompleted)
                .AddMessage("order.cancelled", AnalyticsJson.Default.OrderCancelled)
                .AddTransactionalConsumer<CountHandler, OrderCreated>()
                .AddTransactionalConsumer<CountHandler, OrderCompleted>()
                .AddTransactionalConsumer<CountHandler, OrderCancelled>());

        var app = builder.BuildService();
        app.MapGet("/counts", async (ServiceDatabase database, CancellationToken cancellationToken) =>
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            var counts = await connection.QueryAsync<(string Type, long Count)>("select type, events from counts order by type");
            return Results.Ok(counts.ToDictionary(count => count.Type, count => count.Count));
        });
        return app;
    }
}
