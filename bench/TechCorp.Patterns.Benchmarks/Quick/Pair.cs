using System.Globalization;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>One row: our side and the peer, measured alternately so that a noisy machine disturbs both. The side that goes first changes each time.</summary>
internal sealed class Pair(string name, Action<int> ours, Action<int> peer)
{
    private const int Rounds = 41;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(25);

    public string Name => name;

    public string Measure()
    {
        var ourCalls = Calibrate(ours);
        var peerCalls = Calibrate(peer);
        var ourTimes = new double[Rounds];
        var peerTimes = new double[Rounds];
        var ratios = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            if (round % 2 == 0)
            {
                ourTimes[round] = Nanoseconds(ours, ourCalls);
                peerTimes[round] = Nanoseconds(peer, peerCalls);
            }
            else
            {
                peerTimes[round] = Nanoseconds(peer, peerCalls);
                ourTimes[round] = Nanoseconds(ours, ourCalls);
            }

            ratios[round] = ourTimes[round] / peerTimes[round];
        }

        var times = string.Create(
            CultureInfo.InvariantCulture,
            $"ours_ns={Median.Of(ourTimes):0.0} peer_ns={Median.Of(peerTimes):0} ratio={Median.Of(ratios):0.000}");
        return string.Create(CultureInfo.InvariantCulture, $"RESULT {name} {times} bytes={Bytes(ours):0.####} peer_bytes={Bytes(peer):0.####}");
    }

    /// <summary>Warms up until the code is fully optimized, then determines how many calls fill a time slice.</summary>
    private static int Calibrate(Action<int> loop)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromMilliseconds(600))
        {
            loop(10_000);
        }

        return (int)Math.Clamp(Slice.TotalNanoseconds / Nanoseconds(loop, 100_000), 1_000, 50_000_000);
    }

    private static double Nanoseconds(Action<int> loop, int calls)
    {
        var begun = TimeProvider.System.GetTimestamp();
        loop(calls);
        return TimeProvider.System.GetElapsedTime(begun).TotalNanoseconds / calls;
    }

    /// <summary>All calls run on this thread, also those that suspend: their source completes them here.</summary>
    private static double Bytes(Action<int> loop)
    {
        const int Calls = 1_000_000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        loop(Calls);
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }
}
