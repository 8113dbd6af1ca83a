namespace TechCorp.Resilience.Tests;

public sealed class RetryJitterTests
{
    [Fact, Trait("Spec", "RT18")]
    public void Full_jitter_spreads_evenly_between_zero_and_the_wait_and_can_be_repeated()
    {
        var first = Waits(seed: 7, JitterKind.Full);
        var second = Waits(seed: 7, JitterKind.Full);

        first.Should().Equal(second);
        first.Should().OnlyContain(wait => wait >= 0 && wait <= 8);
        first.Average().Should().BeApproximately(4, 0.1);
    }

    [Fact, Trait("Spec", "RT18")]
    public void Equal_jitter_never_waits_less_than_half()
        => Waits(seed: 7, JitterKind.Equal).Should().OnlyContain(wait => wait >= 4 && wait <= 8);

    private static double[] Waits(int seed, JitterKind jitter)
    {
        var plan = new RetryPlan(new RetryOptions { MaxAttempts = int.MaxValue, Jitter = jitter, Random = new Random(seed) });
        return [.. Enumerable.Range(0, 20_000).Select(_ =>
        {
            plan.Decide(attempts: 10, requested: null, circuitWait: default, left: TimeSpan.MaxValue, out var delay).Should().Be(RetryStop.None);
            return delay.TotalSeconds;
        })];
    }
}
