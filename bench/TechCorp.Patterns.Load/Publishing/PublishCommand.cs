using System.Text.Json;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>Compares confirmed publishing with the raw client.</summary>
internal static class PublishCommand
{
    private const int WarmUp = 60_000;

    internal static Task RunAsync(Uri server, QueueKind kind, int pairs, int messages, int window)
        => CompareAsync("publish", server, kind, pairs, messages, window, async queue => await OurPublisher.StartAsync(server, queue, window));

    /// <summary>Runs the minimal tracker instead of our side: the best result this machine allows.</summary>
    internal static Task RunTrackerAsync(Uri server, QueueKind kind, int pairs, int messages, int window)
        => CompareAsync("tracker", server, kind, pairs, messages, window, async queue => await MinimalTracker.StartAsync(server, queue));

    private static async Task CompareAsync(string name, Uri server, QueueKind kind, int pairs, int messages, int window,
        Func<string, Task<ILoadPublisher>> startAsync)
    {
        await using var queue = await LoadQueue.CreateAsync(server, kind, name);
        await using var ours = await startAsync(queue.Name);
        await using var raw = await RawPublisher.StartAsync(server, queue.Name);
        Console.WriteLine($"{name}: {kind} queue, {pairs} pairs of {messages} messages, window {window}, body {Body()} bytes");
        await MeasureAsync(ours, WarmUp);
        await MeasureAsync(raw, WarmUp);

        var result = await Pairs<Measurement>.RunAsync(pairs, () => MeasureAsync(ours, messages), () => MeasureAsync(raw, messages), Report.Pair);

        Console.WriteLine(Report.Result(name, result, kind));

        async Task<Measurement> MeasureAsync(ILoadPublisher publisher, int count)
        {
            var measured = await Measurement.TakeAsync(count, () => PublishLoad.RunAsync(publisher, count, window));
            var arrived = await queue.CountAsync();
            if (arrived != count)
            {
                throw new InvalidOperationException($"{count} publishes were confirmed, but the queue holds {arrived} messages.");
            }

            await queue.PurgeAsync();
            return measured;
        }
    }

    private static int Body() => JsonSerializer.SerializeToUtf8Bytes(LoadEvent.Of(0), LoadJson.Default.LoadEvent).Length;
}
