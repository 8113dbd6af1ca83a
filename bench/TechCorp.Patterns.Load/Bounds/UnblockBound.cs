using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.Load;

/// <summary>Makes the broker block publishes with a memory alarm and unblock them, and measures how soon the last waiting publish is confirmed.</summary>
internal static class UnblockBound
{
    private const int Waiting = 20;
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(10); // the later publishes start after the publisher has learned of the block

    internal static async Task<TimeSpan> MeasureAsync(Uri server, QueueKind kind, string services)
    {
        await using var queue = await LoadQueue.CreateAsync(server, kind, "unblock");
        await using var bus = await MessageBus.StartAsync(builder => builder
            .UseRabbitMq(server.ToString())
            .ConfigurePublisher(options => options.Timeout = TimeSpan.FromMinutes(1))
            .AddMessage("load.event", LoadJson.Default.LoadEvent, Destination.ToQueue(queue.Name)));
        await using var observer = await BlockObserver.OpenAsync(server);
        await bus.Publisher.PublishAsync(LoadEvent.Of(0)); // warms up
        var waiting = new List<Task>();
        await WatermarkAsync("0.000001");
        try
        {
            await observer.BlockedAsync(queue.Name);
            for (var number = 1; number <= Waiting; number++)
            {
                waiting.Add(bus.Publisher.PublishAsync(LoadEvent.Of(number)));
                await Task.Delay(Apart, TimeProvider.System);
            }
        }
        finally
        {
            await WatermarkAsync("absolute", "1GB");
        }

        var unblocked = await observer.Unblocked;
        await Task.WhenAll(waiting);
        return TimeProvider.System.GetElapsedTime(unblocked);

        Task WatermarkAsync(params string[] mark)
            => ServicesScript.RunAsync(services, ["rabbitmqctl", "set_vm_memory_high_watermark", .. mark], CancellationToken.None);
    }
}
