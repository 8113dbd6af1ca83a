using Dapper;
using TechCorp.Samples;

namespace NotificationService;

/// <summary>The HTTP endpoint that lists the notifications of an order.</summary>
internal static class NotificationEndpoints
{
    internal static void MapNotifications(this WebApplication app)
        => app.MapGet("/notifications", async (string orderId, ServiceDatabase database, CancellationToken cancellationToken) =>
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var sent = await connection.QueryAsync<SentNotification>(
            "select channel as Channel, routing_key as RoutingKey, text as Text from sent where order_id = @orderId order by sent_id limit 100",
            new { orderId });
        return Results.Ok(sent);
    });

    private sealed record SentNotification(string Channel, string RoutingKey, string Text);
}
