using Microsoft.Extensions.Logging.Abstractions;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>The real server; each transport goes through its own proxy, which can be cut.</summary>
public sealed class RabbitMqBackend : TransportBackend
{
    private readonly Dictionary<ITransport, TcpProxy> _proxies = [];

    private Version? _version;

    public override Version ServerVersion => _version ?? throw new InvalidOperationException("The backend is not started.");

    public override async ValueTask StartAsync() => _version = await RabbitMqServer.VersionAsync();

    public override Task AdvanceAsync(TimeSpan time) => Task.CompletedTask;

    internal override Task CutAsync(ITransport transport)
    {
        _proxies[transport].Cut();
        return Task.CompletedTask;
    }

    internal override Task DeleteQueueAsync(string queue) => RabbitMqServer.DeleteQueueAsync(queue);

    internal override Task DeleteExchangeAsync(string exchange) => RabbitMqServer.DeleteExchangeAsync(exchange);

    internal override async Task<ITransport> StartTransportAsync() => await StartAsync(new PublisherOptions());

    /// <summary>A transport with its own settings.</summary>
    internal async Task<RabbitMqTransport> StartAsync(PublisherOptions publisher, TimeProvider? timeProvider = null, TimeSpan? heartbeat = null)
    {
        var transport = Create(publisher, timeProvider, heartbeat);
        await transport.StartAsync(TestContext.Current.CancellationToken);
        return transport;
    }

    /// <summary>A transport that is not started.</summary>
    internal RabbitMqTransport Create(PublisherOptions publisher, TimeProvider? timeProvider = null, TimeSpan? heartbeat = null)
    {
        var proxy = new TcpProxy(RabbitMqServer.Uri.Host, RabbitMqServer.Port);
        var options = new RabbitMqOptions
        {
            Uris = [RabbitMqServer.Through(proxy.Port)],
            ReconnectDelay = TimeSpan.FromMilliseconds(20),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(500),
        };
        options.Heartbeat = heartbeat ?? options.Heartbeat;
        var transport = new RabbitMqTransport(options, publisher, "tests", timeProvider ?? TimeProvider.System, NullLogger.Instance);
        _proxies.Add(transport, proxy);
        return transport;
    }

    internal TcpProxy ProxyOf(ITransport transport) => _proxies[transport];

    private protected override async ValueTask StopAsync()
    {
        foreach (var (transport, proxy) in _proxies)
        {
            await transport.DisposeAsync();
            await proxy.DisposeAsync();
        }
    }
}
