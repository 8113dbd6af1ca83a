using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.Load;

/// <summary>Measures how long after its deadline the last of many unconfirmed publishes ends.</summary>
internal static class ExpiryBound
{
    private const int Callers = 64;
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(500);

    internal static async Task<TimeSpan> MeasureAsync(Uri server, QueueKind kind, int round)
    {
        await using var queue = await LoadQueue.CreateAsync(server, kind, "expire");
        await using var proxy = new TcpProxy(server.Host, server.Port > 0 ? server.Port : 5672);
        await using var bus = await MessageBus.StartAsync(builder => builder
            .UseRabbitMq(new UriBuilder(server) { Host = "127.0.0.1", Port = proxy.Port }.Uri.ToString())
            .ConfigurePublisher(options => options.Timeout = Deadline)
            .AddMessage("load.event", LoadJson.Default.LoadEvent));
        var destination = Destination.ToQueue(queue.Name);
        await bus.Publisher.PublishAsync(LoadEvent.Of(round), destination); // warms up
        proxy.Stall(toServer: false);
        var late = await Task.WhenAll(Enumerable.Range(0, Callers).Select(CallAsync));
        proxy.Resume();
        return late.Max();

        async Task<TimeSpan> CallAsync(int number)
        {
            await Task.Yield();
            var started = TimeProvider.System.GetTimestamp();
            var outcome = await bus.Publisher.TryPublishAsync(bus.Publisher.Catalog.Create(LoadEvent.Of(number)), destination);
            return outcome.Kind == PublishOutcomeKind.Expired
                ? TimeProvider.System.GetElapsedTime(started) - Deadline
                : throw new InvalidOperationException($"The publish was expected to expire; its outcome is {outcome.Kind}.");
        }
    }
}
