using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using TechCorp.Messaging;
using TechCorp.Samples;

namespace OrderFlow;

/// <summary>Refuses to start a new run on the data of an earlier one. Reads only.</summary>
internal static class PreviousRun
{
    private static readonly string[] WorkQueues =
    [
        "inventory.order-events", "notification.order-events", "analytics.order-events", "notifications.email", "notifications.sms", "notifications.push",
        "payments.retry", "images.resize",
    ];

    // Messages in retry queues and dead-letter queues belong to the earlier run too.
    private static IEnumerable<string> Queues { get; } = WorkQueues.SelectMany(queue => new[] { queue, Topology.DeadLetterQueueOf(queue) }
        .Concat(new DeliveryPolicy().Delays.Select(delay => Topology.RetryQueueOf(queue, delay))));

    /// <exception cref="BadInputException">There is data of an earlier run, and no <c>--resume</c>.</exception>
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
            throw new BadInputException($"{place} holds an earlier run. {(CanContinue(settings) ? "Continue it with --resume, or name" : "Name")} {other}.");
        }

        if (settings.RabbitMq is { } rabbitMq && await ServerProbe.FindFilledAsync(rabbitMq, Queues, cancellationToken) is var (queue, count))
        {
            throw new BadInputException($"Queue '{queue}' holds {count} messages of an earlier run. Continue that run with --resume and its database, purge "
                + "the queue, or name another virtual host in --rabbitmq.");
        }
    }

    private static async Task CheckResumeAsync(FlowSettings settings, CancellationToken cancellationToken)
    {
        if (!await HasRunAsync(settings, cancellationToken))
        {
            return; // The earlier run was interrupted before it wrote anything.
        }

        if (!CanContinue(settings))
        {
            throw new BadInputException("The earlier run in this database cannot be continued: its image folder no longer exists. Name "
                + "another database in --postgres.");
        }

        await using var database = ServiceDatabase.Open(new ServiceSettings
        {
            Name = "order-service",
            Postgres = settings.Postgres,
            DataDirectory = settings.DataDirectory,
        });
        await using var connection = await database.OpenAsync(cancellationToken);
        var orders = await connection.ExecuteScalarAsync<long>("select count(*) from orders");
        if (orders > settings.Orders)
        {
            throw new BadInputException($"--orders {settings.Orders} is less than the {orders} orders that the earlier run has placed. Resume with "
                + "the --orders of that run.");
        }
    }

    /// <summary>The default folder is deleted after a run that passed, so without it there is nothing to continue.</summary>
    private static bool CanContinue(FlowSettings settings) => settings.CanResume && (!settings.IsDefaultFolder || Directory.Exists(settings.DataDirectory));

    /// <summary>Whether the table of the orders exists: a process that is killed right after its start leaves a database without it.</summary>
    private static async Task<bool> HasRunAsync(FlowSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Postgres is { } postgres)
        {
            await using var server = new NpgsqlConnection(postgres);
            return await server.ExecuteScalarAsync<bool>(new CommandDefinition("select to_regclass('order_service.orders') is not null",
                cancellationToken: cancellationToken));
        }

        var path = Path.Combine(settings.DataDirectory, "order-service.db");
        if (!File.Exists(path))
        {
            return false;
        }

        await using var file = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ConnectionString);
        return await file.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select 1 from sqlite_master where type = 'table' and name = 'orders')",
            cancellationToken: cancellationToken));
    }
}
