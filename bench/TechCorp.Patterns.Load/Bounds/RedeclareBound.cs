using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>Deletes a queue that a service has declared, and measures how soon the service declares it again and handles a message from it.</summary>
internal static class RedeclareBound
{
    internal static async Task<TimeSpan> MeasureAsync(Uri server, QueueKind kind)
    {
        await using var queue = await LoadQueue.CreateAsync(server, kind, "redeclare");
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
            await Task.Yield(); // returned: the queue does not exist yet
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
