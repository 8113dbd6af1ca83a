using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>The settings of one run: the prefetch, the number of concurrent handlers, and how long each handler waits.</summary>
internal sealed record SizingCase(int Prefetch, int Concurrency, TimeSpan Handler)
{
    /// <summary>Publishes all messages, then consumes them; the throughput is measured from the first arrival to the last.</summary>
    internal async Task<double> MeasureAsync(Uri server, LoadQueue queue, int messages)
    {
        await using (var publisher = await OurPublisher.StartAsync(server, queue.Name, window: 256))
        {
            await PublishLoad.RunAsync(publisher, messages, callers: 256);
        }

        var arrivals = new Arrivals();
        var all = arrivals.ExpectAsync(messages);
        var first = 0L;
        await using var bus = await MessageBus.StartAsync(builder => builder
            .UseRabbitMq(server.ToString())
            .AddTopology(queue.Topology)
            .AddMessage("load.event", LoadJson.Default.LoadEvent, Destination.ToQueue(queue.Name))
            .AddConsumer<LoadEvent>(queue.Name, HandleAsync,
                options => (options.Prefetch, options.Concurrency, options.Policy) = (Prefetch, Concurrency, DeliveryPolicy.NoRetry)));
        await all;
        return (messages - 1) / TimeProvider.System.GetElapsedTime(first).TotalSeconds;

        async Task HandleAsync(LoadEvent body, MessageContext context, CancellationToken cancellationToken)
        {
            Interlocked.CompareExchange(ref first, TimeProvider.System.GetTimestamp(), 0);
            if (Handler > TimeSpan.Zero)
            {
                await Task.Delay(Handler, TimeProvider.System, cancellationToken);
            }

            arrivals.Count();
        }
    }
}
