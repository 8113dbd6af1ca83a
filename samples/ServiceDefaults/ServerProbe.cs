using System.Net.Sockets;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace TechCorp.Samples;

/// <summary>Checks once that the configured servers can be reached, before anything starts and anything is written.</summary>
public static class ServerProbe
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Checks the servers that are configured.</summary>
    /// <exception cref="BadInputException">An address is malformed, or a server does not answer or refuses the connection.</exception>
    public static async Task CheckAsync(string? rabbitMq, string? postgres, CancellationToken cancellationToken)
    {
        if (rabbitMq is not null)
        {
            await CheckRabbitMqAsync(rabbitMq, cancellationToken);
        }

        if (postgres is not null)
        {
            await CheckPostgresAsync(postgres, cancellationToken);
        }
    }

    /// <summary>Returns the first queue that holds messages, and how many; null if every queue is empty or does not exist.</summary>
    public static async Task<(string Queue, uint Count)?> FindFilledAsync(string rabbitMq, IEnumerable<string> queues, CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = ParseAmqp(rabbitMq) }.CreateConnectionAsync(cancellationToken);
        foreach (var queue in queues)
        {
            // One channel for each queue: the broker closes the channel if the queue does not exist.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            try
            {
                if ((await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).MessageCount is > 0 and var count)
                {
                    return (queue, count);
                }
            }
            catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == 404)
            {
            }
        }

        return null;
    }

    private static async Task CheckRabbitMqAsync(string rabbitMq, CancellationToken cancellationToken)
    {
        var uri = ParseAmqp(rabbitMq);
        var server = $"RabbitMQ at {uri.Host}:{(uri.Port < 0 ? 5672 : uri.Port)}";
        try
        {
            var factory = new ConnectionFactory { Uri = uri, AutomaticRecoveryEnabled = false, RequestedConnectionTimeout = ConnectTimeout };
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        }
        catch (Exception exception) when (FindIn<AuthenticationFailureException>(exception) is not null
            || FindIn<PossibleAuthenticationFailureException>(exception) is not null)
        {
            throw new BadInputException($"{server} refused user '{UserOf(uri)}'. Check user and password of --rabbitmq (or TECHCORP_RABBITMQ).");
        }
        catch (Exception exception) when (FindIn<OperationInterruptedException>(exception) is { ShutdownReason.ReplyCode: 530 })
        {
            throw new BadInputException($"{server} has no virtual host '{uri.AbsolutePath.TrimStart('/')}' for user '{UserOf(uri)}'. Create it, or name "
                + "another one at the end of --rabbitmq.");
        }
        catch (Exception exception) when (exception is BrokerUnreachableException or OperationInterruptedException or SocketException or IOException
            or TimeoutException)
        {
            throw new BadInputException($"{server} does not answer. Start it (eng/services.sh run -- starts a private one) or correct "
                + "--rabbitmq (or TECHCORP_RABBITMQ).");
        }
    }

    private static async Task CheckPostgresAsync(string postgres, CancellationToken cancellationToken)
    {
        NpgsqlConnectionStringBuilder parts;
        try
        {
            parts = new NpgsqlConnectionStringBuilder(postgres) { Timeout = (int)ConnectTimeout.TotalSeconds, Pooling = false };
        }
        catch (ArgumentException)
        {
            throw new BadInputException("--postgres (or TECHCORP_POSTGRES) is not a connection string; write Host=…;Port=…;Username=…;Password=…;Database=….");
        }

        var server = $"PostgreSQL at {parts.Host}:{parts.Port}";
        try
        {
            await using var connection = new NpgsqlConnection(parts.ConnectionString);
            await connection.OpenAsync(cancellationToken);
        }
        catch (PostgresException exception)
        {
            throw new BadInputException($"{server} refused user '{parts.Username}' on database '{parts.Database}': {exception.MessageText}. Correct "
                + "--postgres (or TECHCORP_POSTGRES).");
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException or ArgumentException)
        {
            throw new BadInputException($"{server} does not answer. Start it (eng/services.sh run -- starts a private one) or correct "
                + "--postgres (or TECHCORP_POSTGRES).");
        }
    }

    private static Uri ParseAmqp(string value)
        => Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps" && uri.Host.Length > 0
            && uri.AbsolutePath.LastIndexOf('/') <= 0
            ? uri
            : throw new BadInputException("--rabbitmq (or TECHCORP_RABBITMQ) is not an AMQP URI; write amqp://user:password@host:5672/vhost.");

    private static string UserOf(Uri uri) => Uri.UnescapeDataString(uri.UserInfo.Split(':')[0]) is { Length: > 0 } user ? user : "guest";

    private static T? FindIn<T>(Exception? exception)
        where T : Exception
        => exception is null or T ? exception as T : FindIn<T>(exception.InnerException);
}
