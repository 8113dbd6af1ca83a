using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
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
        var check = new ServerCertificateCheck(options.Tls, options.Tls.ServerName ?? uri.Host);
        X509Certificate2? certificate = null;
        try
        {
            var credential = await BrokerCredentials.AskAsync(options, either.Token).ConfigureAwait(false);
            address = address with { User = credential?.UserName ?? (options.Tls.UseExternalAuthentication ? "(client certificate)" : address.User) };
            certificate = options.Tls.ClientCertificateFile is null ? null : TlsFiles.Client(options.Tls);
            var connection = await Factory(uri, credential, certificate, check).CreateConnectionAsync(clientName, either.Token).ConfigureAwait(false);
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
        catch (Exception exception) when ((check.Refusal ?? ConnectFailure.RefusalIn(exception)) is { } refusal)
        {
            throw new BrokerConnectionException($"{address.Host}:{address.Port}", address.VirtualHost, address.User, refusal, exception);
        }
        finally
        {
            certificate?.Dispose();
        }
    }

    internal ConnectionFactory Factory(Uri uri, NetworkCredential? credential = null, X509Certificate2? certificate = null,
        ServerCertificateCheck? check = null)
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
            MaxInboundMessageBodySize = RabbitMqOptions.LargestBodyBytes, // the client closes the whole connection over it; see RabbitMqConsumer
            SocketFactory = family => new GatheringTcpClient(family, CloseTimeout / 3, timeProvider),
        };

        if (credential is not null)
        {
            (factory.UserName, factory.Password) = (credential.UserName, credential.Password);
        }

        // Setting an amqps URI makes the client accept a certificate of any host; ours must be the host's.
        factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;
        if (factory.Ssl.Enabled)
        {
            Secure(factory, certificate, check);
        }

        return factory;
    }

    private void Secure(ConnectionFactory factory, X509Certificate2? certificate, ServerCertificateCheck? check)
    {
        factory.Ssl.ServerName = options.Tls.ServerName ?? factory.Ssl.ServerName;
        factory.Ssl.CheckCertificateRevocation = options.Tls.CheckRevocation;
        factory.Ssl.Certs = certificate is null ? null : [certificate];
        if (check is not null)
        {
            factory.Ssl.CertificateValidationCallback = (_, shown, chain, errors) => check.Accepts(shown, chain, errors);
        }

        if (options.Tls.UseExternalAuthentication)
        {
            factory.AuthMechanisms = [new ExternalMechanismFactory()];
        }
    }
}
