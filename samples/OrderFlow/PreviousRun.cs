using System.Data.Common;
using Dapper;
using Npgsql;
using TechCorp.Samples;

namespace OrderFlow;

/// <summary>Refuses to mix a new run with what an earlier one left; looks only, writes nothing.</summary>
internal static class PreviousRun
{
    private static readonly string[] Queues =
    [
        "inventory.order-events", "notification.order-events", "analytics.order-events", "notifications.email", "notifications.sms", "notifications.push",
        "payments.retry", "images.resize", "images.resize.dlq",
    ];

    /// <exception cref="BadInputException">There are leftovers and no <c>--resume</c>.</exception>
    internal static async Task CheckAsync(FlowSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Resume)
        {
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

        foreach (var queue in settings.RabbitMq is null ? [] : Queues)
        {
            if (await ServerProbe.CountAsync(settings.RabbitMq!, queue, cancellationToken) is > 0 and var count)
            {
                throw new BadInputException($"Queue '{queue}' holds {count} messages of an earlier run. Go on with it by --resume, purge the queue, or name another virtual host in --rabbitmq.");
            }
        }
    }

    private static async Task<bool> HasRunAsync(string postgres, CancellationToken cancellationToken)
    {
        await using DbConnection connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>("select to_regclass('order_service.orders') is not null");
    }
}
