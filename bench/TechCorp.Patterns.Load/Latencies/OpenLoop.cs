using HdrHistogram;

namespace TechCorp.Patterns.Load;

/// <summary>Publishes at a fixed rate, whether or not earlier publishes have ended, and measures from the due time of each, so that a stall shows in
/// every publish that it delayed.</summary>
internal static class OpenLoop
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    internal static async Task<LatencyCommand.Latencies> RunAsync(ILoadPublisher publisher, double perSecond, int messages)
    {
        var histogram = new LongConcurrentHistogram(1, TimeSpan.TicksPerMinute / TimeSpan.TicksPerMicrosecond, 3);
        var confirms = new List<Task>(messages);
        var started = TimeProvider.System.GetTimestamp();
        while (confirms.Count < messages)
        {
            await Task.Delay(Tick, TimeProvider.System);
            var due = Math.Min(messages, (int)(TimeProvider.System.GetElapsedTime(started).TotalSeconds * perSecond));
            while (confirms.Count < due)
            {
                confirms.Add(PublishAsync(confirms.Count));
            }
        }

        await Task.WhenAll(confirms);
        return LatencyCommand.Latencies.Of(histogram);

        async Task PublishAsync(int number)
        {
            await publisher.PublishAsync(LoadEvent.Of(number));
            var late = TimeProvider.System.GetElapsedTime(started) - TimeSpan.FromSeconds(number / perSecond);
            histogram.RecordValue(Math.Max(1, (long)late.TotalMicroseconds));
        }
    }
}
