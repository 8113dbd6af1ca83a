namespace TechCorp.Resilience.Tests;

public sealed class RetryPlanTests
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(int.MaxValue);
    private static readonly TimeSpan OneTick = TimeSpan.FromTicks(1);

    [Fact, Trait("Spec", "RT11")]
    public void An_asked_wait_that_ends_just_when_the_time_is_up_is_too_long()
        => Decide(new RetryOptions(), requested: Seconds(4), left: Seconds(4)).Stop.Should().Be(RetryStop.RetryAfterTooLong);

    [Fact, Trait("Spec", "RT10")]
    public void An_asked_wait_that_ends_one_tick_before_the_time_is_up_is_waited()
        => Decide(new RetryOptions(), requested: Seconds(4), left: Seconds(4) + OneTick).Should().Be((RetryStop.None, Seconds(4)));

    [Fact, Trait("Spec", "RT13")]
    public void A_back_off_that_ends_just_when_the_time_is_up_is_not_begun()
        => Decide(new RetryOptions(), left: Seconds(1)).Stop.Should().Be(RetryStop.DeadlineTooClose);

    [Fact, Trait("Spec", "RT13")]
    public void A_back_off_that_ends_one_tick_before_the_time_is_up_is_waited()
        => Decide(new RetryOptions(), left: Seconds(1) + OneTick).Should().Be((RetryStop.None, Seconds(1)));

    [Fact, Trait("Spec", "RT9")]
    public void A_circuit_that_lets_calls_through_just_when_the_back_off_ends_stops_no_retry()
        => Decide(new RetryOptions(), circuitWait: Seconds(1)).Should().Be((RetryStop.None, Seconds(1)));

    [Fact, Trait("Spec", "RT9")]
    public void A_circuit_that_rejects_longer_than_the_back_off_ends_the_call()
        => Decide(new RetryOptions(), circuitWait: Seconds(1) + OneTick).Stop.Should().Be(RetryStop.CircuitOpen);

    [Fact, Trait("Spec", "RT9")]
    public void A_call_waits_for_a_circuit_as_long_as_a_timer_can_and_no_longer()
    {
        var waiting = new RetryOptions { WaitForCircuit = true };

        Decide(waiting, circuitWait: LongestTimer).Should().Be((RetryStop.None, LongestTimer));
        Decide(waiting, circuitWait: LongestTimer + OneTick).Stop.Should().Be(RetryStop.CircuitOpen);
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private static (RetryStop Stop, TimeSpan Delay) Decide(
        RetryOptions options, TimeSpan? requested = null, TimeSpan circuitWait = default, TimeSpan? left = null)
    {
        var stop = new RetryPlan(options).Decide(attempts: 1, requested, circuitWait, left ?? TimeSpan.MaxValue, out var delay);
        return (stop, delay);
    }
}
