using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>TechCorp.Messaging as a service uses it, publisher and consumer.</summary>
internal sealed class OurRoundTrip : IRoundTrip
{
    private readonly MessageBus _bus;

    private OurRoundTrip(MessageBus bus, Arrivals arrivals)
    {
        _bus = bus;
        Arrivals = arrivals;
    }

    public Arrivals Arrivals { get; }

    internal static async Task<OurRoundTrip> StartAsync(Uri server, LoadQueue queue, int window, int prefetch)
    {
        var arrivals = new Arrivals();
        var bus = await MessageBus.StartAsync(builder => builder
            .UseRabbitMq(server.ToString())
            .ConfigurePublisher(options => options.MaxOutstandingConfirms = window)
            .AddTopology(queue.Topology)
            .AddMessage("load.event", LoadJson.Default.LoadEvent, Destination.ToQueue(queue.Name))
            .AddConsumer<LoadEvent>(queue.Name, (_, _, _) => Handle(arrivals),
                options => (options.Prefetch, options.Policy) = (prefetch, DeliveryPolicy.NoRetry)));
        return new OurRoundTrip(bus, arrivals);
    }

    public ValueTask PublishAsync(LoadEvent body) => new(_bus.Publisher.PublishAsync(body));

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    private static Task Handle(Arrivals arrivals)
    {
        arrivals.Count();
        return Task.CompletedTask;
    }
}
