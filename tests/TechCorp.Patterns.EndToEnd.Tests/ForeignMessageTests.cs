using System.Text;
using Dapper;
using NotificationService;
using RabbitMQ.Client;
using TechCorp.Patterns.Contracts;
using TechCorp.Samples;

namespace TechCorp.Patterns.EndToEnd.Tests;

[Collection("OrderFlow")]
public sealed class ForeignMessageTests
{
    // What a producer in another language may send: no type, no id, the event's name in the body.
    private const string Body = """
        {"event": "order.created", "order_id": "py-1", "user_id": "ana", "items": [{"product_id": "p", "quantity": 1}], "timestamp": "2026-01-02T03:04:05.678901"}
        """;

    [Fact, Trait("Spec", "IN9")]
    public async Task A_message_without_type_and_id_is_consumed_once_however_often_it_is_delivered()
    {
        await using var ground = await FreshGround.PrepareAsync();
        var settings = new ServiceSettings { Name = "notification-service", RabbitMq = Servers.RabbitMq, DataDirectory = ground.Folder, Quiet = true };
        await using var service = NotificationApp.Build(settings);
        await service.StartAsync(TestContext.Current.CancellationToken);

        await PublishAsync(Body, Body);
        await PublishAsync(Body.Replace("py-1", "py-2", StringComparison.Ordinal));

        await using var database = ServiceDatabase.Open(settings);
        await Eventually.Holds(async () => await CountAsync(database, "py-2") == 1, "the last message is received");
        (await CountAsync(database, "py-1")).Should().Be(1);
        await Eventually.Holds(async () => await CountAsync(database, "py-1", "sent where channel = 'email' and") == 1, "its email is sent");
        await service.StopAsync(TestContext.Current.CancellationToken);
    }

    private static async Task PublishAsync(params string[] bodies)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Servers.RabbitMq) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var body in bodies)
        {
            await channel.BasicPublishAsync("events.fanout", "", Encoding.UTF8.GetBytes(body));
        }
    }

    private static async Task<long> CountAsync(ServiceDatabase database, string orderId, string from = "event_receipts where")
    {
        await using var connection = await database.OpenAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {from} order_id = @orderId", new { orderId });
    }
}
