using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Every state that the health check can tell, brought about on the real server and read back.</summary>
[Collection(nameof(BrokerControl))]
public sealed class RabbitMqHealthTests : RabbitMqTransportTest
{
    private const int Prefetch = 5;
    private readonly string _queue;
    private int _handled;
    private volatile TaskCompletionSource _handlers = Opened();

    public RabbitMqHealthTests() => _queue = Backend.Queue();

    [Fact, Trait("Spec", "OB3")]
    public async Task Connecting_idle_consuming_rebuilding_and_stopped_are_reported()
    {
        await using var proxy = new TcpProxy(RabbitMqServer.Uri.Host, RabbitMqServer.Port);
        proxy.Close();
        using var host = HostOf(RabbitMqServer.Through(proxy.Port));
        await TellsAsync(host, "Unhealthy", "Stopped", "Stopped");

        await host.StartAsync(Cancellation);
        await TellsAsync(host, "Unhealthy", "Connecting", "Stopped");

        proxy.Reopen();
        await TellsAsync(host, "Healthy", "Connected", "Idle");

        _handlers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await PublishAsync(host);
        await TellsAsync(host, "Healthy", "Connected", "Consuming");
        _handlers.SetResult();
        await TellsAsync(host, "Healthy", "Connected", "Idle");

        proxy.Close();
        await TellsAsync(host, "Unhealthy", "Connecting", "Rebuilding");
        proxy.Reopen();
        await TellsAsync(host, "Healthy", "Connected", "Idle");

        await host.StopAsync(Cancellation);
        await TellsAsync(host, "Unhealthy", "Stopped", "Stopped");
    }

    [Fact, Trait("Spec", "OB3")]
    public async Task Blocked_is_reported_while_the_broker_blocks_publishes()
    {
        using var host = HostOf(RabbitMqServer.Uri);
        await host.StartAsync(Cancellation);
        await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "0.000001");
        try
        {
            var first = PublishAsync(host); // the broker tells only a connection that publishes
            await TellsAsync(host, "Degraded", "Blocked", "Idle");

            await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "0.4");

            await Eventually.Ends(first, "the publish is confirmed");
            await TellsAsync(host, "Healthy", "Connected", "Idle");
        }
        finally
        {
            await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "0.4");
        }

        await host.StopAsync(Cancellation);
    }

    [DiffersByVersion("RabbitMQ: 3.10 keeps the consumer of a quorum queue that is deleted and declared again at once, and delivers nothing to it; from 4.0 on "
        + "no consumer is left over", Handling = "either way the consumer is rebuilt and everything is handled: a stalled one is found by the watchdog")]
    [Safeguard("A stalled consumer is rebuilt")]
    [Fact, Trait("Spec", "CN12"), Trait("Spec", "OB3"), Trait("Spec", "FV5")]
    public async Task A_stalled_consumer_is_reported_until_it_is_rebuilt_and_then_everything_is_handled()
    {
        using var host = HostOf(RabbitMqServer.Uri, o => o.StalledConsumerTimeout = TimeSpan.FromSeconds(1));
        await host.StartAsync(Cancellation);
        await PublishAsync(host);
        await Eventually.Holds(() => Volatile.Read(ref _handled) == 1, "it consumes");

        await DeleteAndDeclareElsewhereAsync();
        for (var i = 0; i < Prefetch * 2; i++)
        {
            await Eventually.Holds(() => IsPublishedAsync(host), "the new queue takes a message"); // 4.3 may need a moment
        }

        if (Backend.ServerVersion.Major < 4)
        {
            await TellsAsync(host, "Degraded", "Connected", "Stalled");
        }

        await TellsAsync(host, "Healthy", "Connected", "Idle");
        await Eventually.Holds(() => Volatile.Read(ref _handled) == 1 + (Prefetch * 2), "what the stalled consumer held and what was ready is handled");
        await host.StopAsync(Cancellation);
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }

    /// <summary>Rebuilding takes a while here, so that the states in between can be seen.</summary>
    private IHost HostOf(Uri uri, Action<ConsumerOptions>? options = null) => new HostBuilder()
        .ConfigureServices(services => services.AddTechCorpMessaging(m => m
            .UseRabbitMq(uri.ToString(), o => o.ReconnectDelay = o.MaxReconnectDelay = TimeSpan.FromSeconds(1))
            .UseStartupTimeout(TimeSpan.FromMilliseconds(100))
            .AddMessage("order.created", TestJson.Default.OrderCreated, Destination.ToQueue(_queue))
            .AddTopology(Topology.WorkQueue(_queue))
            .AddConsumer<OrderCreated>(
                _queue,
                async (_, _, token) =>
                {
                    await _handlers.Task.WaitAsync(token);
                    Interlocked.Increment(ref _handled);
                },
                o =>
                {
                    o.Prefetch = Prefetch;
                    o.Policy = new DeliveryPolicy { Delays = [] };
                    options?.Invoke(o);
                })))
        .Build();

    private static Task PublishAsync(IHost host)
        => host.Services.GetRequiredService<IMessagePublisher>().PublishAsync(new OrderCreated("o1"), cancellationToken: Cancellation);

    private static async Task<bool> IsPublishedAsync(IHost host)
    {
        try
        {
            await PublishAsync(host);
            return true;
        }
        catch (PublishException)
        {
            return false;
        }
    }

    private async Task DeleteAndDeclareElsewhereAsync()
    {
        await using var channel = await RabbitMqServer.ChannelAsync();
        var arguments = QueueArguments.Of(Topology.WorkQueue(_queue).QueuesByName[_queue]);
        await channel.QueueDeleteAsync(_queue, ifUnused: false, ifEmpty: false);
        await channel.QueueDeclareAsync(_queue, durable: true, exclusive: false, autoDelete: false, arguments);
    }

    private Task TellsAsync(IHost host, string status, string connection, string consumer) => Eventually.Holds(
        async () =>
        {
            var health = await host.Services.GetRequiredService<MessagingHealthCheck>().CheckHealthAsync(new(), Cancellation);
            return $"{health.Status} {health.Data["connection"]} {health.Data["queue:" + _queue]}" == $"{status} {connection} {consumer}";
        },
        $"the health check says {status}, connection {connection}, consumer {consumer}");
}
