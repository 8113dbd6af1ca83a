using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>TechCorp.Messaging as a service uses it.</summary>
internal sealed class OurPublisher : ILoadPublisher
{
    private readonly MessageBus _bus;

    private OurPublisher(MessageBus bus) => _bus = bus;

    internal static async Task<OurPublisher> StartAsync(Uri server, string queue, int window)
        => new(await MessageBus.StartAsync(bus => bus
            .UseRabbitMq(server.ToString())
            .ConfigurePublisher(options => options.MaxOutstandingConfirms = window)
            .AddMessage("load.event", LoadJson.Default.LoadEvent, Destination.ToQueue(queue))));

    public ValueTask PublishAsync(LoadEvent body) => new(_bus.Publisher.PublishAsync(body));

    public ValueTask DisposeAsync() => _bus.DisposeAsync();
}
