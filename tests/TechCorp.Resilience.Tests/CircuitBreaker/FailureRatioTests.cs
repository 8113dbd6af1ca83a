using Microsoft.Extensions.Logging.Abstractions;

namespace TechCorp.Resilience.Tests;

/// <summary>A circuit that opens when too many of the calls of the last while failed.</summary>
public sealed class FailureRatioTests
{
    private readonly TestClock _clock = new();
    private readonly List<CircuitTransition> _events = [];

    [Fact, Trait("Spec", "FR12")]
    [Safeguard("A circuit that opens on a failure ratio", SwitchedOff = "`ReasonToOpen` asks for failures in a row only")]
    public void Half_of_the_calls_failing_in_turn_opens_it()
    {
        var breaker = Make(ratio: 0.5, minimum: 10);
        for (var i = 0; i < 4; i++)
        {
            Succeed(breaker);
            breaker.Fail();
        }

        Succeed(breaker);
        breaker.State.Should().Be(CircuitState.Closed, "nine calls are fewer than the minimum");
        breaker.Fail();

        breaker.State.Should().Be(CircuitState.Open);
        _events.Should().ContainSingle().Which.Reason.Should().Be(CircuitTransitionReason.FailureRatio);
        breaker.Rejected().RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
    }

    [Fact, Trait("Spec", "FR12")]
    public void By_default_failures_that_are_never_five_in_a_row_do_not_open_it()
    {
        var breaker = new CircuitBreaker("stock", timeProvider: _clock);
        for (var i = 0; i < 1000; i++)
        {
            breaker.Fail(4);
            Succeed(breaker);
        }

        breaker.State.Should().Be(CircuitState.Closed);
    }

    [Fact, Trait("Spec", "FR12")]
    public void A_ratio_just_below_the_limit_does_not_open_it()
    {
        var breaker = Make(ratio: 0.5, minimum: 2);
        Succeed(breaker, 101);

        for (var i = 0; i < 100; i++)
        {
            breaker.Fail();
            breaker.State.Should().Be(CircuitState.Closed);
        }

        breaker.Fail();
        breaker.State.Should().Be(CircuitState.Open, "101 of 202 failed");
    }

    [Theory, Trait("Spec", "FR12")]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(99)]
    public void It_never_opens_below_the_minimum_of_calls(int calls)
    {
        var breaker = Make(ratio: 0.01, minimum: calls + 1);

        breaker.Fail(calls);
        breaker.State.Should().Be(CircuitState.Closed);

        breaker.Fail();
        breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "FR12")]
    public void Five_in_a_row_still_open_it_below_the_minimum()
    {
        var breaker = new CircuitBreaker(
            "stock", new() { FailureRatio = 0.5, MinimumThroughput = 1000, OnTransition = _events.Add }, timeProvider: _clock);

        breaker.Fail(5);

        _events.Should().ContainSingle().Which.Reason.Should().Be(CircuitTransitionReason.FailureThreshold);
    }

    [Theory, Trait("Spec", "FR12")]
    [InlineData(0, 26_999, true)]
    [InlineData(0, 30_000, false)]
    [InlineData(2_999, 29_999, true)]
    [InlineData(3_000, 32_999, true)]
    [InlineData(3_000, 33_000, false)]
    [InlineData(0, 30_000_000, false)]
    public void A_call_counts_until_its_step_leaves_the_window(int failedAt, int askedAt, bool counts)
    {
        var breaker = Make(ratio: 1, minimum: 2);
        _clock.Advance(TimeSpan.FromMilliseconds(failedAt));
        breaker.Fail();
        _clock.Advance(TimeSpan.FromMilliseconds(askedAt - failedAt));

        breaker.Fail();

        breaker.State.Should().Be(counts ? CircuitState.Open : CircuitState.Closed);
    }

    [Fact, Trait("Spec", "FR12")]
    public void A_success_that_left_the_window_no_longer_hides_failures()
    {
        var breaker = Make(ratio: 0.5, minimum: 2);
        Succeed(breaker, 100);
        _clock.Advance(TimeSpan.FromSeconds(30));

        breaker.Fail(2);

        breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "FR12")]
    public void A_circuit_that_closes_again_begins_with_an_empty_window()
    {
        var breaker = Make(ratio: 0.5, minimum: 10);
        breaker.Fail(10);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Succeed(breaker);

        breaker.Fail(9);
        breaker.State.Should().Be(CircuitState.Closed);

        breaker.Fail();
        breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "FR12")]
    public void A_neutral_outcome_and_one_from_before_a_transition_are_not_counted()
    {
        var breaker = Make(ratio: 0.5, minimum: 3);
        var early = breaker.Enter();
        breaker.Reset();
        breaker.Fail();
        breaker.Enter().RecordNeutral().Should().BeTrue();
        early.RecordFailure().Should().BeFalse();

        breaker.Fail();
        breaker.State.Should().Be(CircuitState.Closed);

        breaker.Fail();
        breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "FR12")]
    public void Outcomes_of_many_threads_are_all_counted()
    {
        var breaker = Make(ratio: 0.5, minimum: 1);
        Parallel.For(0, 10_000, _ => breaker.Enter().RecordSuccess());
        CircuitPermit[] running = [.. Enumerable.Range(0, 9_999).Select(_ => breaker.Enter())];

        Parallel.ForEach(running, permit => permit.RecordFailure());

        breaker.State.Should().Be(CircuitState.Closed, "9,999 of 19,999 failed");
        breaker.Fail();
        breaker.State.Should().Be(CircuitState.Open, "10,000 of 20,000 failed");
        _events.Should().ContainSingle();
    }

    [Safeguard("A circuit that closes counts calls in the window of its newest options", SwitchedOff = "the window is made before the lock is taken")]
    [Fact, Trait("Spec", "FR11")]
    public void A_ratio_that_is_set_while_a_probe_closes_it_counts_from_then_on()
    {
        var clock = new StoppedClock();
        var circuit = new Circuit("stock", new() { FailureThreshold = 1 }, clock, NullLogger.Instance);
        circuit.TryEnter(out var failing);
        failing.RecordFailure();
        clock.Now = TimeSpan.FromSeconds(30);
        circuit.TryEnter(out var probe);
        clock.OnUtcNow = () => circuit.Apply(new() { FailureThreshold = 100, FailureRatio = 0.5, MinimumThroughput = 2 });

        probe.RecordSuccess().Should().BeTrue();

        for (var call = 0; call < 2; call++)
        {
            circuit.TryEnter(out failing);
            failing.RecordFailure();
        }

        circuit.State.Should().Be(CircuitState.Open);
    }

    private static void Succeed(CircuitBreaker breaker, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            breaker.Enter().RecordSuccess().Should().BeTrue();
        }
    }

    private CircuitBreaker Make(double ratio, int minimum) => new(
        "stock",
        new() { FailureThreshold = int.MaxValue, FailureRatio = ratio, MinimumThroughput = minimum, OnTransition = _events.Add },
        timeProvider: _clock);

    /// <summary>Does something else when it is asked for the time of a transition: what another thread may do then.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        internal TimeSpan Now { get; set; }

        internal Action? OnUtcNow { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override DateTimeOffset GetUtcNow()
        {
            var meanwhile = OnUtcNow;
            OnUtcNow = null;
            meanwhile?.Invoke();
            return DateTimeOffset.UnixEpoch + Now;
        }
    }
}
