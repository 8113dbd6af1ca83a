namespace TechCorp.Resilience.Tests;

/// <summary>A dependency that answers too late is as little use as one that fails.</summary>
public sealed class SlowCallTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    private readonly TestClock _clock = new();
    private readonly List<CircuitTransition> _events = [];
    private readonly ResiliencePipeline _pipeline;

    public SlowCallTests() => _pipeline = ResiliencePipeline.Create(
        "stock",
        new() { Timeout = null, CircuitBreaker = new() { FailureThreshold = 2, SlowCallDuration = Slow, OnTransition = _events.Add } },
        _clock);

    private CircuitBreaker Breaker => _pipeline.CircuitBreaker!;

    [Fact, Trait("Spec", "FR12")]
    [Safeguard("A slow success counts as a failure", SwitchedOff = "`Circuit.RecordSuccess` does not ask how long the call took")]
    public async Task A_slow_success_counts_as_a_failure_and_its_result_is_returned()
    {
        (await CallAsync(Slow)).Should().Be(7);
        Breaker.ConsecutiveFailures.Should().Be(1);

        (await CallAsync(Slow + TimeSpan.FromSeconds(1.5))).Should().Be(7);

        Breaker.State.Should().Be(CircuitState.Open);
        _events.Should().ContainSingle().Which.Cause!.Message.Should()
            .Be("'stock' returned a result that counts as a failure: it took 00:00:03.5000000, and SlowCallDuration is 00:00:02.");
    }

    [Fact, Trait("Spec", "FR12")]
    public async Task A_success_one_tick_faster_is_one_and_resets_the_count()
    {
        Breaker.Fail();

        await CallAsync(Slow - TimeSpan.FromTicks(1));

        Breaker.ConsecutiveFailures.Should().Be(0);
    }

    [Fact, Trait("Spec", "FR12")]
    public void A_call_that_holds_its_thread_and_a_permit_are_timed_too()
    {
        _pipeline.Execute(
            static (clock, _) =>
            {
                clock.Advance(Slow);
                return 7;
            },
            _clock).Should().Be(7);
        Breaker.ConsecutiveFailures.Should().Be(1);

        var permit = Breaker.Enter();
        _clock.Advance(Slow);
        permit.RecordSuccess().Should().BeTrue();

        Breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "FR12")]
    public async Task A_slow_success_is_not_repeated()
    {
        var attempts = 0;

        await _pipeline.ExecuteAsync(
            (_, _) =>
            {
                attempts++;
                _clock.Advance(Slow);
                return new ValueTask<int>(7);
            },
            0);

        attempts.Should().Be(1);
    }

    [Fact, Trait("Spec", "FR12")]
    public async Task The_wait_before_an_attempt_does_not_make_it_slow()
    {
        var attempts = 0;

        var call = _pipeline.ExecuteAsync((_, _) => ++attempts < 2 ? throw new TimeoutException() : new ValueTask<int>(7), 0).AsTask();
        await _clock.RunAsync(call);

        attempts.Should().Be(2);
        Breaker.ConsecutiveFailures.Should().Be(0);
    }

    [Fact, Trait("Spec", "FR12")]
    public async Task A_slow_probe_does_not_close_the_circuit()
    {
        Breaker.Fail(2);
        _clock.Advance(TimeSpan.FromSeconds(30));

        (await CallAsync(Slow)).Should().Be(7);

        Breaker.State.Should().Be(CircuitState.Open);
        _events[^1].Reason.Should().Be(CircuitTransitionReason.ProbeFailed);
    }

    [Fact, Trait("Spec", "FR12")]
    public void Without_the_option_the_clock_is_not_read()
    {
        var breaker = new CircuitBreaker("stock", timeProvider: _clock);
        var before = _clock.TimestampReads;

        breaker.Enter().RecordSuccess();

        _clock.TimestampReads.Should().Be(before);
    }

    private ValueTask<int> CallAsync(TimeSpan duration) => _pipeline.ExecuteAsync(
        static async (call, _) =>
        {
            await Task.Yield();
            call.Clock.Advance(call.Duration);
            return 7;
        },
        (Clock: _clock, Duration: duration));
}
