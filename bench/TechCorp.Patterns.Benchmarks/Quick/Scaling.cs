using System.Globalization;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>How many more calls two threads make on one breaker than one thread does; and, for what the machine can do, on a breaker each.</summary>
internal static class Scaling
{
    private const int Rounds = 15;

    public static string Measure(OurSubjects ours, PollySubjects polly)
    {
        double scaling = Of(5_000_000, calls => Loops.BreakerSync(ours, calls));
        double apart = Of(5_000_000, static calls => Loops.BreakerSync(new OurSubjects(), calls));
        double peer = Of(300_000, calls => Loops.BreakerSync(polly, calls));
        return string.Create(CultureInfo.InvariantCulture, $"RESULT two_threads scaling={scaling:0.00} peer_scaling={peer:0.00} a_breaker_each={apart:0.00}");
    }

    private static double Of(int calls, Action<int> loop)
    {
        double[] scalings = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            TimeSpan alone = Crowd.Run(threads: 1, calls, loop);
            TimeSpan together = Crowd.Run(threads: 2, calls, loop);
            scalings[round] = 2 * (alone / together);
        }

        return Median.Of(scalings);
    }
}
