using System.Globalization;

namespace TechCorp.Resilience.Tests;

public sealed class CircuitBreakerOptionsTests
{
    private static readonly TimeSpan OneTick = TimeSpan.FromTicks(1);

    [Fact]
    public void The_defaults_are_valid() => new CircuitBreakerOptions().Problems().Should().BeEmpty();

    [Fact]
    public void The_least_of_everything_is_valid()
        => new CircuitBreakerOptions
        {
            FailureThreshold = 1,
            RecoveryTimeout = OneTick,
            ProbeLease = OneTick,
            RecoveryGrowth = 1,
            MaxRecoveryTimeout = TimeSpan.Zero,
        }
            .Problems().Should().BeEmpty("a recovery time that does not grow needs no longest one");

    [Fact]
    public void The_longest_recovery_time_may_be_the_first_one()
        => new CircuitBreakerOptions { RecoveryGrowth = 2, MaxRecoveryTimeout = TimeSpan.FromSeconds(30) }.Problems().Should().BeEmpty();

    [Fact]
    public void A_threshold_of_no_failure_is_refused()
        => new CircuitBreakerOptions { FailureThreshold = 0 }.Problems().Should().Equal("FailureThreshold must be at least 1; it is 0.");

    [Fact]
    public void No_recovery_time_is_refused()
        => new CircuitBreakerOptions { RecoveryTimeout = TimeSpan.Zero }.Problems().Should().Equal("RecoveryTimeout must be more than zero; it is 00:00:00.");

    [Fact]
    public void No_lease_of_a_probe_is_refused()
        => new CircuitBreakerOptions { ProbeLease = TimeSpan.Zero }.Problems().Should().Equal("ProbeLease must be more than zero; it is 00:00:00.");

    [Theory]
    [InlineData(0.5, "0.5")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(double.NaN, "NaN")]
    public void A_recovery_time_that_shrinks_or_knows_no_end_is_refused(double growth, string text)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            new CircuitBreakerOptions { RecoveryGrowth = growth }.Problems().Should()
                .Equal($"RecoveryGrowth must be a finite number of at least 1; it is {text}.");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_longest_recovery_time_below_the_first_one_is_refused()
        => new CircuitBreakerOptions { RecoveryGrowth = 2, MaxRecoveryTimeout = TimeSpan.FromSeconds(30) - OneTick }.Problems().Should().Equal(
            "MaxRecoveryTimeout must be at least RecoveryTimeout (00:00:30); it is 00:00:29.9999999.");

    [Fact, Trait("Spec", "FR12")]
    public void Every_option_of_ratio_slowness_and_jitter_outside_its_range_is_refused_at_once()
        => new CircuitBreakerOptions
        {
            FailureRatio = 2,
            MinimumThroughput = 0,
            SamplingDuration = TimeSpan.FromSeconds(0.5) - OneTick,
            SlowCallDuration = TimeSpan.Zero,
            RecoveryJitter = -1,
        }.Problems().Should().Equal(
            "FailureRatio must be more than 0 and at most 1; it is 2.",
            "MinimumThroughput must be at least 1; it is 0.",
            "SamplingDuration must be at least 00:00:00.5000000; it is 00:00:00.4999999.",
            "SlowCallDuration must be more than zero; it is 00:00:00.",
            "RecoveryJitter must be at least 0 and at most 1; it is -1.");

    [Theory, Trait("Spec", "FR12")]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_failure_ratio_that_is_none_is_refused(double ratio)
        => new CircuitBreakerOptions { FailureRatio = ratio }.Problems().Should().ContainSingle().Which.Should().StartWith("FailureRatio must be more than 0");

    [Theory, Trait("Spec", "FR12")]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void A_jitter_that_is_no_part_is_refused(double jitter)
        => new CircuitBreakerOptions { RecoveryJitter = jitter }.Problems().Should().ContainSingle().Which.Should().StartWith("RecoveryJitter must be");

    [Fact, Trait("Spec", "FR12")]
    public void The_least_and_the_most_of_them_are_valid()
    {
        new CircuitBreakerOptions
        {
            FailureRatio = double.Epsilon,
            MinimumThroughput = 1,
            SamplingDuration = TimeSpan.FromSeconds(0.5),
            SlowCallDuration = OneTick,
            RecoveryJitter = 0,
        }.Problems().Should().BeEmpty();
        new CircuitBreakerOptions { FailureRatio = 1, RecoveryJitter = 1 }.Problems().Should().BeEmpty();
    }

    [Fact, Trait("Spec", "FR12")]
    public void Limits_of_no_call_and_of_less_than_no_queue_are_refused()
        => new ResiliencePipelineOptions { ConcurrencyLimit = new() { PermitLimit = 0, QueueLimit = -1 } }.Problems().Should().Equal(
            "ConcurrencyLimit.PermitLimit must be at least 1; it is 0.",
            "ConcurrencyLimit.QueueLimit must not be negative; it is -1.");
}
