using Dapper;
using Npgsql;
using RabbitMQ.Client;

namespace TechCorp.Patterns.EndToEnd.Tests;

/// <summary>The initial state for a run of the samples on real servers: a broker without their queues, and an empty database or folder.</summary>
internal sealed class FreshGround : IAsyncDisposable
{
    private static readonly string[] Exchanges = ["events.fanout", "notifications", "images.changed", "dlx"];
    private static readonly string[] WorkQueues =
    [
        "inventory.order-events", "notification.order-events", "analytics.order-events", "notifications.email", "notifications.sms", "notifications.push",
        "payments.retry", "images.resize",
    ];

    private readonly string _database = $"e2e_{Guid.CreateVersion7():n}";

    internal string Folder { get; } = Directory.CreateTempSubdirectory("techcorp-e2e-").FullName;

    /// <summary>The connection string of the database, once it is created.</summary>
    internal string Postgres => new NpgsqlConnectionStringBuilder(Servers.Postgres) { Database = _database }.ConnectionString;

    internal string[] OnPostgres => ["--rabbitmq", Servers.PrivateRabbitMq, "--postgres", Postgres, "--data", Folder];

    internal string[] OnSqlite => ["--rabbitmq", Servers.PrivateRabbitMq, "--data", Folder];

    internal static async Task<FreshGround> PrepareAsync()
    {
        var ground = new FreshGround();
        await ClearBrokerAsync();
        await using var connection = new NpgsqlConnection(Servers.Postgres);
        await connection.ExecuteAsync($"create database {ground._database}");
        return ground;
    }

    /// <summary>Leaves a message in a queue, as a run that was killed does.</summary>
    internal static async Task LeaveMessageAsync(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Servers.PrivateRabbitMq) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true,
            publisherConfirmationTrackingEnabled: true));
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await channel.BasicPublishAsync("", queue, "{}"u8.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await ClearBrokerAsync();
        await using var connection = new NpgsqlConnection(Servers.Postgres);
        await connection.ExecuteAsync($"drop database if exists {_database} with (force)");
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task ClearBrokerAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Servers.PrivateRabbitMq) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var queue in WorkQueues.SelectMany(queue => new[]
        {
            queue,
            queue + ".dlq",
            queue + ".retry.1s",
            queue + ".retry.2s",
            queue + ".retry.4s",
            queue + ".retry.8s",
        }))
        {
            await channel.QueueDeleteAsync(queue);
        }

        foreach (var exchange in Exchanges)
        {
            await channel.ExchangeDeleteAsync(exchange);
        }
    }
}
