using System.Globalization;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>Measures how many more calls two threads make than one thread: on one shared breaker and, as the limit of the
/// machine, on one breaker each.</summary>
internal static class Scaling
{
    private const int Rounds = 25;
    private const int OurCalls = 5_000_000;
    private const int PeerCalls = 300_000;

    public static string Measure(OurSubjects ours, PollySubjects polly)
    {
        var shared = new double[Rounds];
        var apart = new double[Rounds];
        var peer = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            shared[round] = Of(OurCalls, calls => Loops.BreakerSync(ours, calls));
            apart[round] = Of(OurCalls, static calls => Loops.BreakerSync(new OurSubjects(), calls));
            peer[round] = Of(PeerCalls, calls => Loops.BreakerSync(polly, calls));
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"RESULT two_threads scaling={Median.Of(shared):0.00} peer_scaling={Median.Of(peer):0.00} a_breaker_each={Median.Of(apart):0.00}");
    }

    private static double Of(int calls, Action<int> loop)
    {
        var alone = ThreadGroup.Run(threads: 1, calls, loop);
        var together = ThreadGroup.Run(threads: 2, calls, loop);
        return 2 * (alone / together);
    }
}
