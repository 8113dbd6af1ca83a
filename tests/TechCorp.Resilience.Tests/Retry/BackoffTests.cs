namespace TechCorp.Resilience.Tests;

public sealed class BackoffTests
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(8);

    [Fact, Trait("Spec", "RT4")]
    public void Waits_double_up_to_the_cap()
        => Enumerable.Range(1, 9).Select(retry => Backoff.Delay(retry, OneSecond, Cap).TotalSeconds).Should().Equal(1, 2, 4, 8, 8, 8, 8, 8, 8);

    [Theory, Trait("Spec", "RT5")]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1_000_000)]
    [InlineData(int.MaxValue)]
    public void However_many_attempts_there_were_the_wait_is_the_cap(int retry)
    {
        Backoff.Delay(retry, OneSecond, Cap).Should().Be(Cap);
        Backoff.Delay(retry, TimeSpan.FromTicks(2), TimeSpan.MaxValue).Should().Be(TimeSpan.MaxValue);
        Backoff.Delay(retry, TimeSpan.Zero, Cap).Should().Be(TimeSpan.Zero);
    }

    [Fact, Trait("Spec", "RT5")]
    public void No_wait_is_negative_or_shorter_than_the_one_before()
    {
        var before = TimeSpan.Zero;
        for (var retry = 1; retry < 200; retry++)
        {
            var wait = Backoff.Delay(retry, TimeSpan.FromTicks(3), TimeSpan.MaxValue);
            wait.Should().BeGreaterThanOrEqualTo(before);
            before = wait;
        }
    }

    [Fact, Trait("Spec", "RT4")]
    public void A_doubled_wait_that_is_just_below_the_cap_is_not_rounded_up_to_it()
        => Backoff.Delay(2, TimeSpan.FromTicks(1), TimeSpan.FromTicks(3)).Ticks.Should().Be(2);

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
            plan.Decide(attempts: 10, asked: null, circuitWait: default, left: TimeSpan.MaxValue, out var delay).Should().Be(RetryStop.None);
            return delay.TotalSeconds;
        })];
    }
}
