using System.Globalization;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>Confirmed publishing beside the raw client.</summary>
internal static class PublishCommand
{
    private const int WarmUp = 60_000;

    internal static async Task RunAsync(Uri server, QueueKind kind, int pairs, int messages, int window)
    {
        await using var queue = await LoadQueue.CreateAsync(server, kind, "publish");
        await using var ours = await OurPublisher.StartAsync(server, queue.Name, window);
        await using var raw = await RawPublisher.StartAsync(server, queue.Name);
        Console.WriteLine($"{kind} queue, {pairs} pairs of {messages} messages, window {window}, body {Body()} bytes");
        await MeasureAsync(ours, WarmUp);
        await MeasureAsync(raw, WarmUp);

        var result = await Pairs<Measurement>.RunAsync(pairs, () => MeasureAsync(ours, messages), () => MeasureAsync(raw, messages), static (number, o, r) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"pair {number}: ours {o.PerSecond:0}/s {o.Bytes:0} B {o.CpuMicroseconds:0.0} us, raw {r.PerSecond:0}/s {r.Bytes:0} B {r.CpuMicroseconds:0.0} us, ratio {o.PerSecond / r.PerSecond:0.000}")));

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"RESULT publish ours={result.Ours(m => m.PerSecond):0} raw={result.Peer(m => m.PerSecond):0} ratio={result.Ratio(m => m.PerSecond):0.000} ours_bytes={result.Ours(m => m.Bytes):0} raw_bytes={result.Peer(m => m.Bytes):0} ours_cpu_us={result.Ours(m => m.CpuMicroseconds):0.0} raw_cpu_us={result.Peer(m => m.CpuMicroseconds):0.0} bytes_ratio={result.Ratio(m => m.Bytes):0.000} cpu_ratio={result.Ratio(m => m.CpuMicroseconds):0.000} queue={Name(kind)}"));

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

    internal static string Name(QueueKind kind) => kind == QueueKind.Quorum ? "quorum" : "classic";

    private static int Body() => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(LoadEvent.Of(0), LoadJson.Default.LoadEvent).Length;
}
