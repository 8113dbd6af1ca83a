using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using TechCorp.Messaging;
using TechCorp.Samples;

namespace OrderFlow;

/// <summary>Refuses to mix a new run with what an earlier one left; looks only, writes nothing.</summary>
internal static class PreviousRun
{
    private static readonly string[] WorkQueues =
    [
        "inventory.order-events", "notification.order-events", "analytics.order-events", "notifications.email", "notifications.sms", "notifications.push", "payments.retry", "images.resize",
    ];

    // What waits for a further attempt, or for a person, belongs to its run too.
    private static IEnumerable<string> Queues { get; } = WorkQueues.SelectMany(queue => new[] { queue, Topology.DeadLetterQueueOf(queue) }.Concat(new DeliveryPolicy().Delays.Select(delay => Topology.RetryQueueOf(queue, delay))));

    /// <exception cref="BadInputException">There are leftovers and no <c>--resume</c>.</exception>
    internal static async Task CheckAsync(FlowSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Resume)
        {
            await CheckResumeAsync(settings, cancellationToken);
            return;
        }

        if (await HasRunAsync(settings, cancellationToken))
        {
            var (place, other) = settings.Postgres is null
                ? ($"The folder '{settings.DataDirectory}'", "another folder in --data")
                : ("The PostgreSQL database (schema order_service)", "another database in --postgres");
            throw new BadInputException($"{place} holds an earlier run. {(CanGoOn(settings) ? "Go on with it by --resume, or name" : "Name")} {other}.");
        }

        if (settings.RabbitMq is { } rabbitMq && await ServerProbe.FindFilledAsync(rabbitMq, Queues, cancellationToken) is var (queue, count))
        {
            throw new BadInputException($"Queue '{queue}' holds {count} messages of an earlier run. Go on with it where its database is by --resume, purge the queue, or name another virtual host in --rabbitmq.");
        }
    }

    private static async Task CheckResumeAsync(FlowSettings settings, CancellationToken cancellationToken)
    {
        if (!await HasRunAsync(settings, cancellationToken))
        {
            return; // It was interrupted before it began.
        }

        if (!CanGoOn(settings))
        {
            throw new BadInputException("The earlier run in this database cannot go on: its images are gone. Name another database in --postgres.");
        }

        await using var database = ServiceDatabase.Open(new ServiceSettings { Name = "order-service", Postgres = settings.Postgres, DataDirectory = settings.DataDirectory });
        await using var connection = await database.OpenAsync(cancellationToken);
        var orders = await connection.ExecuteScalarAsync<long>("select count(*) from orders");
        if (orders > settings.Orders)
        {
            throw new BadInputException($"--orders {settings.Orders} is less than the {orders} orders that the earlier run has placed. Resume with the number it was started with.");
        }
    }

    /// <summary>The folder that a run makes by itself is deleted when it has held.</summary>
    private static bool CanGoOn(FlowSettings settings) => settings.CanResume && (!settings.IsDefaultFolder || Directory.Exists(settings.DataDirectory));

    /// <summary>Whether the orders' table is there: a process killed at its very start leaves a database without it.</summary>
    private static async Task<bool> HasRunAsync(FlowSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Postgres is { } postgres)
        {
            await using var server = new NpgsqlConnection(postgres);
            return await server.ExecuteScalarAsync<bool>(new CommandDefinition("select to_regclass('order_service.orders') is not null", cancellationToken: cancellationToken));
        }

        var path = Path.Combine(settings.DataDirectory, "order-service.db");
        if (!File.Exists(path))
        {
            return false;
        }

        await using var file = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString);
        return await file.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select 1 from sqlite_master where type = 'table' and name = 'orders')", cancellationToken: cancellationToken));
    }
}
