using System.Net.Security;
using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>Opens one connection to the first node that answers, without the client's own recovery: the supervisor does that.</summary>
internal sealed class ConnectionOpener(RabbitMqOptions options, string clientName, TimeProvider timeProvider)
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);
    private int _node;

    /// <summary>The node that the next attempt begins with.</summary>
    internal BrokerAddress Next => BrokerAddress.Of(options.Uris[_node]);

    /// <summary>Connects to one node, and proves it by opening a channel: the client reports success on a missing virtual host.</summary>
    /// <exception cref="BrokerConnectionException">The broker refused credentials or virtual host.</exception>
    internal async Task<BrokerLink> OpenAsync(long generation, CancellationToken cancellationToken)
    {
        var uri = options.Uris[_node];
        _node = (_node + 1) % options.Uris.Count;
        var address = BrokerAddress.Of(uri);
        using var deadline = new CancellationTokenSource(options.ConnectTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var connection = await Factory(uri).CreateConnectionAsync(clientName, either.Token).ConfigureAwait(false);
            var link = new BrokerLink(connection, address, generation, CloseTimeout, timeProvider);
            try
            {
                var probe = await connection.CreateChannelAsync(cancellationToken: either.Token).ConfigureAwait(false);
                await probe.CloseAsync(200, "probe", abort: true, either.Token).ConfigureAwait(false);
                await probe.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception)
            {
                await link.CloseAsync().ConfigureAwait(false);
                throw;
            }

            _node = options.Uris.IndexOf(uri);
            return link;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{address} did not open a channel within {options.ConnectTimeout}.");
        }
        catch (Exception exception) when (ConnectFailure.RefusalIn(exception) is { } refusal)
        {
            throw new BrokerConnectionException($"{address.Host}:{address.Port}", address.VirtualHost, address.User, refusal, exception);
        }
    }

    internal ConnectionFactory Factory(Uri uri)
    {
        var factory = new ConnectionFactory
        {
            Uri = uri,
            VirtualHost = BrokerAddress.Of(uri).VirtualHost,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = options.Heartbeat,
            RequestedConnectionTimeout = options.ConnectTimeout,
            HandshakeContinuationTimeout = options.ConnectTimeout,
            ConsumerDispatchConcurrency = 1,
            SocketFactory = family => new GatheringTcpClient(family, CloseTimeout / 3, timeProvider),
        };

        // Setting an amqps URI makes the client accept a certificate of any host; ours must be the host's.
        factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;
        return factory;
    }
}
