using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>Stops a consumer while one message is handled and others wait, and measures how soon the waiting messages are requeued.</summary>
internal static class RequeueBound
{
    private const int Messages = 100;

    internal static async Task<TimeSpan> MeasureAsync(Uri server, QueueKind kind)
    {
        await using var queue = await LoadQueue.CreateAsync(server, kind, "requeue");
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bus = await MessageBus.StartAsync(builder => builder
            .UseRabbitMq(server.ToString())
            .AddTopology(queue.Topology)
            .AddMessage("load.event", LoadJson.Default.LoadEvent, Destination.ToQueue(queue.Name))
            .AddConsumer<LoadEvent>(queue.Name, (_, _, _) => mayEnd.Task, options => (options.Prefetch, options.Policy) = (Messages, DeliveryPolicy.NoRetry)));
        await Task.WhenAll(Enumerable.Range(0, Messages).Select(number => bus.Publisher.PublishAsync(LoadEvent.Of(number))));
        while (bus.Consumers.Status().Single() is not { Running: 1, Waiting: Messages - 1 })
        {
            await Task.Yield();
        }

        var started = TimeProvider.System.GetTimestamp();
        var stopping = bus.DisposeAsync().AsTask();
        while (await queue.CountAsync() < Messages - 1)
        {
        }

        var elapsed = TimeProvider.System.GetElapsedTime(started);
        mayEnd.SetResult();
        await stopping;
        return elapsed;
    }
}
