using System.Data.Common;
using Dapper;
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

        if (settings.Postgres is { } postgres && await HasRunAsync(postgres, cancellationToken))
        {
            throw new BadInputException("The PostgreSQL database holds an earlier run (schema order_service). Go on with it by --resume, or name another database in --postgres.");
        }

        if (settings.Postgres is null && File.Exists(Path.Combine(settings.DataDirectory, "order-service.db")))
        {
            throw new BadInputException($"The folder '{settings.DataDirectory}' holds an earlier run. Go on with it by --resume, or name another folder in --data.");
        }

        if (settings.RabbitMq is { } rabbitMq && await ServerProbe.FindFilledAsync(rabbitMq, Queues, cancellationToken) is var (queue, count))
        {
            throw new BadInputException($"Queue '{queue}' holds {count} messages of an earlier run. Go on with it by --resume, purge the queue, or name another virtual host in --rabbitmq.");
        }
    }

    private static async Task CheckResumeAsync(FlowSettings settings, CancellationToken cancellationToken)
    {
        var hasRun = settings.Postgres is { } postgres ? await HasRunAsync(postgres, cancellationToken) : File.Exists(Path.Combine(settings.DataDirectory, "order-service.db"));
        if (!hasRun)
        {
            return; // It was interrupted before it began.
        }

        if (settings.IsDefaultFolder && !Directory.Exists(settings.DataDirectory))
        {
            throw new BadInputException("The earlier run in this database held to its end, and its images are deleted. Name another database in --postgres.");
        }

        await using var database = ServiceDatabase.Open(new ServiceSettings { Name = "order-service", Postgres = settings.Postgres, DataDirectory = settings.DataDirectory });
        await using var connection = await database.OpenAsync(cancellationToken);
        var orders = await connection.ExecuteScalarAsync<long>("select count(*) from orders");
        if (orders > settings.Orders)
        {
            throw new BadInputException($"--orders {settings.Orders} is less than the {orders} orders that the earlier run has placed. Resume with the number it was started with.");
        }
    }

    private static async Task<bool> HasRunAsync(string postgres, CancellationToken cancellationToken)
    {
        await using DbConnection connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>("select to_regclass('order_service.orders') is not null");
    }
}
