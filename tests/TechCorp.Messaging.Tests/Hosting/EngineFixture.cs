using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A message bus over a scripted transport, with one consumer of queue <c>orders</c>.</summary>
internal sealed class EngineFixture : IAsyncDisposable
{
    internal const string Queue = "orders";

    private EngineFixture(ScriptedTransport transport, MessageBus bus)
    {
        Transport = transport;
        Bus = bus;
    }

    internal ScriptedTransport Transport { get; }

    internal MessageBus Bus { get; }

    internal EventLog Log => Transport.Log;

    internal ScriptedSource Source => Transport.Sources[Queue];

    internal ConsumerStatus Status => Bus.Consumers.Status().Single(status => status.Queue == Queue);

    public async ValueTask DisposeAsync() => await Eventually.Ends(Bus.DisposeAsync().AsTask(), "the bus stops");

    internal static Task<EngineFixture> StartAsync(Func<OrderCreated, MessageContext, CancellationToken, Task> handle, Action<ConsumerOptions>? options = null,
        ScriptedTransport? transport = null)
        => StartAsync(m => m.AddConsumer(Queue, handle, options), transport);

    internal static async Task<EngineFixture> StartAsync(Action<MessagingBuilder> configure, ScriptedTransport? transport = null)
    {
        transport ??= new ScriptedTransport();
        var bus = await MessageBus.StartAsync(m =>
        {
            m.UseTransport(_ => transport)
                .UseTimeProvider(transport.Clock)
                .UseAppId("order-service")
                .AddMessage("order.created", TestJson.Default.OrderCreated, Destination.ToExchange("events.fanout"))
                .AddMessage("order.shipped", TestJson.Default.OrderShipped)
                .AddTopology(Topology.Fanout("events.fanout", Queue));
            configure(m);
        });
        return new EngineFixture(transport, bus);
    }
}
