using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>A queue that is deleted under the service that declared it: how soon it is there again, and a message of it handled.</summary>
internal static class QueueBackBound
{
    internal static async Task<TimeSpan> MeasureAsync(Uri server, QueueKind kind)
    {
        await using var queue = await LoadQueue.CreateAsync(server, kind, "queue-back");
        var destination = Destination.ToQueue(queue.Name);
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bus = await MessageBus.StartAsync(builder => builder
            .UseRabbitMq(server.ToString())
            .AddTopology(queue.Topology)
            .AddMessage("load.event", LoadJson.Default.LoadEvent)
            .AddConsumer<LoadEvent>(queue.Name, (_, _, _) => Handle(), options => options.Policy = DeliveryPolicy.NoRetry));
        var message = bus.Publisher.Catalog.Create(LoadEvent.Of(1));
        var started = TimeProvider.System.GetTimestamp();
        await queue.DeleteAsync();
        while (!(await bus.Publisher.TryPublishAsync(message, destination)).IsConfirmed)
        {
            await Task.Yield(); // returned: the queue is not there
        }

        await handled.Task;
        return TimeProvider.System.GetElapsedTime(started);

        Task Handle()
        {
            handled.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
