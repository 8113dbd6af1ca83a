using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>Compares publish, consume and acknowledge with the raw client.</summary>
internal static class RoundTripCommand
{
    private const int Prefetch = 500;
    private const int WarmUp = 60_000;

    internal static async Task RunAsync(Uri server, QueueKind kind, int pairs, int messages, int window)
    {
        await using var ourQueue = await LoadQueue.CreateAsync(server, kind, "roundtrip.ours");
        await using var rawQueue = await LoadQueue.CreateAsync(server, kind, "roundtrip.raw");
        await using var ours = await OurRoundTrip.StartAsync(server, ourQueue, window, Prefetch);
        await using var raw = await RawRoundTrip.StartAsync(server, rawQueue, Prefetch);
        Console.WriteLine($"{kind} queue, {pairs} pairs of {messages} messages, window {window}, prefetch {Prefetch}, one handler at a time");
        await MeasureAsync(ours, WarmUp);
        await MeasureAsync(raw, WarmUp);

        var result = await Pairs<Measurement>.RunAsync(pairs, () => MeasureAsync(ours, messages), () => MeasureAsync(raw, messages), Report.Pair);

        Console.WriteLine(Report.Result("roundtrip", result, kind));

        async Task<Measurement> MeasureAsync(IRoundTrip side, int count) => await Measurement.TakeAsync(count, async () =>
        {
            var arrived = side.Arrivals.ExpectAsync(count);
            await PublishLoad.RunAsync(side, count, window);
            await arrived;
        });
    }
}
