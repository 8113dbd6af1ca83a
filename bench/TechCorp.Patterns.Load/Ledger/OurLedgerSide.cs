using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.Load;

/// <summary>TechCorp.Messaging with its defaults, except for heartbeat and deadline.</summary>
internal sealed class OurLedgerSide : ILedgerSide
{
    private readonly MessageBus _bus;
    private readonly Destination _destination;

    private OurLedgerSide(MessageBus bus, Destination destination)
    {
        _bus = bus;
        _destination = destination;
    }

    internal static async Task<OurLedgerSide> StartAsync(Uri server, LoadQueue queue, MessageLedger ledger, int prefetch, TimeSpan heartbeat, TimeSpan deadline)
    {
        var bus = await MessageBus.StartAsync(builder => builder
            .UseRabbitMq(server.ToString(), options => options.Heartbeat = heartbeat)
            .ConfigurePublisher(options => options.Timeout = deadline)
            .AddTopology(queue.Topology)
            .AddMessage("load.event", LoadJson.Default.LoadEvent)
            .AddConsumer<LoadEvent>(queue.Name, (message, _, _) => Receive(ledger, message),
                options => (options.Prefetch, options.Policy, options.RedeliveryLimit) = (prefetch, DeliveryPolicy.NoRetry, null)));
        return new OurLedgerSide(bus, Destination.ToQueue(queue.Name));
    }

    public async Task<bool> SendAsync(int sender, int number)
        => (await _bus.Publisher.TryPublishAsync(_bus.Publisher.Catalog.Create(LedgerNumber.Event(sender, number)), _destination)).IsConfirmed;

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    private static Task Receive(MessageLedger ledger, LoadEvent message)
    {
        var (sender, number) = LedgerNumber.Of(message);
        ledger.Receive(sender, number);
        return Task.CompletedTask;
    }
}
