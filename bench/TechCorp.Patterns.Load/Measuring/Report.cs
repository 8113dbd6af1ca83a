using System.Runtime.CompilerServices;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>The lines that a throughput comparison prints.</summary>
internal static class Report
{
    internal static void Pair(int number, Measurement ours, Measurement raw) => Console.WriteLine(Text(
        $"pair {number}: ours {ours.PerSecond:0}/s {ours.Bytes:0} B {ours.CpuMicroseconds:0.0} us, raw {raw.PerSecond:0}/s {raw.Bytes:0} B "
            + $"{raw.CpuMicroseconds:0.0} us, ratio {ours.PerSecond / raw.PerSecond:0.000}"));

    internal static string Result(string name, Pairs<Measurement> pairs, QueueKind kind) => Text(
        $"RESULT {name} ours={pairs.Ours(Speed):0} raw={pairs.Peer(Speed):0} ratio={pairs.Ratio(Speed):0.000} ours_bytes={pairs.Ours(Bytes):0} "
            + $"raw_bytes={pairs.Peer(Bytes):0} ours_cpu_us={pairs.Ours(Cpu):0.0} raw_cpu_us={pairs.Peer(Cpu):0.0} bytes_ratio={pairs.Ratio(Bytes):0.000} "
            + $"cpu_ratio={pairs.Ratio(Cpu):0.000} queue={Name(kind)}");

    internal static string Name(QueueKind kind) => kind == QueueKind.Quorum ? "quorum" : "classic";

    // The culture of the process is the invariant one (InvariantGlobalization).
    internal static string Text(ref DefaultInterpolatedStringHandler text) => text.ToStringAndClear();

    private static double Speed(Measurement measurement) => measurement.PerSecond;

    private static double Bytes(Measurement measurement) => measurement.Bytes;

    private static double Cpu(Measurement measurement) => measurement.CpuMicroseconds;
}
