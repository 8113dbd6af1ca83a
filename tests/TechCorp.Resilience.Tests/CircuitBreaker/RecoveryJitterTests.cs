namespace TechCorp.Resilience.Tests;

/// <summary>The instances of a service whose dependency fails open together; they must not probe together.</summary>
public sealed class RecoveryJitterTests
{
    private readonly TestClock _clock = new();

    [Fact, Trait("Spec", "FR12")]
    [Safeguard("A recovery time with jitter", SwitchedOff = "`RecoveryEnd` adds nothing")]
    public void The_probes_of_a_fleet_are_spread_and_none_comes_early()
    {
        var waits = Enumerable.Range(0, 200).Select(seed => Opened(0.5, seed).Rejected().RetryAfter).ToArray();

        waits.Should().OnlyContain(wait => wait >= TimeSpan.FromSeconds(30) && wait <= TimeSpan.FromSeconds(45));
        waits.Distinct().Should().HaveCountGreaterThan(190);
        waits.Max().Should().BeGreaterThan(TimeSpan.FromSeconds(44));
        waits.Min().Should().BeLessThan(TimeSpan.FromSeconds(31));
    }

    [Fact, Trait("Spec", "FR12")]
    public void Without_jitter_the_recovery_time_is_exact()
        => Opened(jitter: 0, seed: 1).Rejected().RetryAfter.Should().Be(TimeSpan.FromSeconds(30));

    [Fact, Trait("Spec", "FR12")]
    public void It_is_spread_again_after_each_failed_probe_and_grows_above_the_longest_one()
    {
        var breaker = new CircuitBreaker(
            "stock",
            new()
            {
                FailureThreshold = 1,
                RecoveryGrowth = 2,
                MaxRecoveryTimeout = TimeSpan.FromSeconds(40),
                RecoveryJitter = 1,
                Random = new Random(1),
            },
            timeProvider: _clock);
        breaker.Fail();
        _clock.Advance(breaker.RetryAfter);

        breaker.Fail();

        breaker.RetryAfter.Should().BeGreaterThan(TimeSpan.FromSeconds(40)).And.BeLessThan(TimeSpan.FromSeconds(80));
    }

    [Fact, Trait("Spec", "FR12")]
    public void At_its_end_and_not_before_the_next_call_probes()
    {
        var breaker = Opened(jitter: 1, seed: 3);
        var wait = breaker.Rejected().RetryAfter;

        _clock.Advance(wait - TimeSpan.FromTicks(1));
        breaker.Rejected();
        _clock.Advance(TimeSpan.FromTicks(1));

        breaker.Enter().IsProbe.Should().BeTrue();
    }

    private CircuitBreaker Opened(double jitter, int seed)
    {
        var breaker = new CircuitBreaker(
            "stock", new() { FailureThreshold = 1, RecoveryJitter = jitter, Random = new Random(seed) }, timeProvider: _clock);
        breaker.Fail();
        return breaker;
    }
}
