using HdrHistogram;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>Measures the time from the due time of a publish to its confirm, at half of the maximum rate, and compares it with the raw client.</summary>
internal static class LatencyCommand
{
    private const double Share = 0.5;

    internal static async Task RunAsync(Uri server, QueueKind kind, int pairs, int messages, int window)
    {
        await using var queue = await LoadQueue.CreateAsync(server, kind, "latency");
        await using var ours = await OurPublisher.StartAsync(server, queue.Name, window);
        await using var raw = new BoundedPublisher(await RawPublisher.StartAsync(server, queue.Name), window);
        await FastestAsync(ours); // warms up
        await FastestAsync(raw);
        var fastest = await Pairs<Measurement>.RunAsync(3, () => FastestAsync(ours), () => FastestAsync(raw), static (_, _, _) => { });
        var rate = Share * Math.Min(fastest.Ours(m => m.PerSecond), fastest.Peer(m => m.PerSecond));
        Console.WriteLine(Report.Text($"{kind} queue, {pairs} pairs of {messages} messages at {rate:0}/s, half of what both can do"));
        await RunAsync(ours);
        await RunAsync(raw);

        var result = await Pairs<Latencies>.RunAsync(pairs, () => RunAsync(ours), () => RunAsync(raw), static (number, o, r) => Console.WriteLine(Report.Text(
            $"pair {number}: ours p50 {o.P50:0} us p99 {o.P99:0} us, raw p50 {r.P50:0} us p99 {r.P99:0} us, ratio of p99 {o.P99 / r.P99:0.000}")));

        Console.WriteLine(Report.Text(
            $"RESULT latency ours_p50_us={result.Ours(l => l.P50):0} ours_p99_us={result.Ours(l => l.P99):0} raw_p50_us={result.Peer(l => l.P50):0} "
                + $"raw_p99_us={result.Peer(l => l.P99):0} ratio={result.Ratio(l => l.P99):0.000} queue={Report.Name(kind)}"));

        async Task<Measurement> FastestAsync(ILoadPublisher publisher)
        {
            var measured = await Measurement.TakeAsync(messages, () => PublishLoad.RunAsync(publisher, messages, window));
            await queue.PurgeAsync();
            return measured;
        }

        async Task<Latencies> RunAsync(ILoadPublisher publisher)
        {
            var measured = await OpenLoop.RunAsync(publisher, rate, messages);
            await queue.PurgeAsync();
            return measured;
        }
    }

    /// <summary>Microseconds.</summary>
    internal readonly record struct Latencies(double P50, double P99)
    {
        internal static Latencies Of(HistogramBase histogram) => new(histogram.GetValueAtPercentile(50), histogram.GetValueAtPercentile(99));
    }
}
