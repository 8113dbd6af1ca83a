namespace TechCorp.Resilience.Tests;

public sealed class HalfOpenCircuitTests
{
    private readonly TestClock _clock = new();
    private readonly CircuitBreaker _breaker;
    private readonly CircuitPermit _beforeTheTrip;
    private readonly CircuitPermit _probe;

    public HalfOpenCircuitTests()
    {
        _breaker = new CircuitBreaker("stock", timeProvider: _clock);
        _beforeTheTrip = _breaker.Enter();
        _breaker.Fail(5);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _probe = _breaker.Enter();
    }

    [Safeguard("One probe at a time")]
    [Safeguard("The probe lease")]
    [Fact, Trait("Spec", "CB8")]
    public async Task While_the_probe_runs_a_thousand_concurrent_calls_are_rejected()
    {
        _clock.Advance(TimeSpan.FromSeconds(10));
        var calls = 0;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Task.Run(async ()
            => await _breaker.TryExecuteAsync((_, _) => new ValueTask<int>(Interlocked.Increment(ref calls)), 0))));

        calls.Should().Be(0);
        outcomes.Should().OnlyContain(o => o.Status == OutcomeStatus.Rejected && o.RetryAfter == TimeSpan.FromSeconds(20));
    }

    [Safeguard("One probe at a time")]
    [Fact, Trait("Spec", "CB8")]
    public void Of_many_callers_that_come_at_the_deadline_one_becomes_the_probe()
    {
        for (var round = 0; round < 100; round++)
        {
            _breaker.Reset();
            _breaker.Fail(5);
            _clock.Advance(TimeSpan.FromSeconds(30));
            var admitted = 0;

            Parallel.For(0, 8, thread => Interlocked.Add(ref admitted, _breaker.TryEnter(out var _) ? 1 : 0));

            admitted.Should().Be(1);
        }
    }

    [Fact, Trait("Spec", "CB9")]
    public void A_probe_that_succeeds_closes_it()
    {
        _probe.RecordSuccess().Should().BeTrue();

        _breaker.State.Should().Be(CircuitState.Closed);
        _breaker.ConsecutiveFailures.Should().Be(0);
    }

    [Fact, Trait("Spec", "CB10")]
    public void A_probe_that_fails_opens_it_for_the_whole_recovery_time_again()
    {
        _probe.RecordFailure().Should().BeTrue();

        _breaker.State.Should().Be(CircuitState.Open);
        _breaker.Generation.Should().Be(3);
        _breaker.Rejected().RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
    }

    [Fact, Trait("Spec", "CB10")]
    public void The_recovery_time_can_grow_with_each_failed_probe_up_to_its_cap()
    {
        var options = new CircuitBreakerOptions { FailureThreshold = 1, RecoveryGrowth = 2, MaxRecoveryTimeout = TimeSpan.FromSeconds(100) };
        var breaker = new CircuitBreaker("stock", options, timeProvider: _clock);
        var waits = new List<double>();
        breaker.Fail();
        for (var probe = 0; probe < 4; probe++)
        {
            var wait = breaker.Rejected().RetryAfter;
            waits.Add(wait.TotalSeconds);
            _clock.Advance(wait);
            breaker.Fail();
        }

        waits.Should().Equal(30, 60, 100, 100);
    }

    [Safeguard("The slot of a neutral probe is released", SwitchedOff = "a neutral outcome of a probe is recorded without a transition")]
    [Fact, Trait("Spec", "CB11")]
    public void After_a_probe_whose_caller_canceled_the_next_call_may_probe()
    {
        _probe.RecordNeutral().Should().BeTrue();

        _breaker.State.Should().Be(CircuitState.HalfOpenReady);
        _breaker.Enter().IsProbe.Should().BeTrue();
    }

    [Safeguard("Probes that their callers withdraw are bounded", SwitchedOff = "a circuit is ready again after each withdrawn probe")]
    [Fact, Trait("Spec", "FR4")]
    public void Of_ten_callers_who_withdraw_their_probe_two_reach_the_dependency()
    {
        var admitted = 1;
        _probe.RecordNeutral();

        for (var caller = 2; caller <= 10; caller++)
        {
            if (_breaker.TryEnter(out var permit))
            {
                admitted++;
                permit.RecordNeutral();
            }
        }

        admitted.Should().Be(2);
        _breaker.State.Should().Be(CircuitState.Open);
        _breaker.Rejected().RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
    }

    [Fact, Trait("Spec", "FR4")]
    public void After_withdrawn_probes_and_another_recovery_time_a_probe_can_close_the_circuit()
    {
        _probe.RecordNeutral();
        _breaker.Enter().RecordNeutral();
        _clock.Advance(TimeSpan.FromSeconds(30));

        _breaker.Enter().RecordNeutral();
        _breaker.Enter().RecordSuccess().Should().BeTrue("the count of withdrawn probes begins again");

        _breaker.State.Should().Be(CircuitState.Closed);
    }

    [Safeguard("The slot of a neutral probe is released")]
    [Fact, Trait("Spec", "CB11")]
    public async Task A_canceled_probe_does_not_close_the_circuit()
    {
        _clock.Advance(TimeSpan.FromSeconds(30)); // the lease of the other probe ends
        using var caller = new CancellationTokenSource();
        var call = _breaker.ExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0, caller.Token);
        _breaker.State.Should().Be(CircuitState.HalfOpen);

        await caller.CancelAsync();

        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>();
        _breaker.State.Should().Be(CircuitState.HalfOpenReady);
    }

    [Safeguard("The epoch fence")]
    [Safeguard("The probe lease")]
    [Fact, Trait("Spec", "CB12")]
    public void After_a_probe_that_hangs_past_its_lease_the_next_call_may_probe()
    {
        _clock.Advance(TimeSpan.FromSeconds(30));

        var fresh = _breaker.Enter();

        fresh.IsProbe.Should().BeTrue();
        fresh.Generation.Should().Be(3);
        _probe.RecordSuccess().Should().BeFalse();
        _breaker.State.Should().Be(CircuitState.HalfOpen);
        fresh.RecordSuccess().Should().BeTrue();
        _breaker.State.Should().Be(CircuitState.Closed);
    }

    [Safeguard("One probe at a time", SwitchedOff = "a half-open circuit admits every call")]
    [Safeguard("The probe lease", SwitchedOff = "a lease never ends")]
    [Fact, Trait("Spec", "CB30")]
    public void A_probe_that_is_dropped_does_not_leave_it_half_open_forever()
    {
        _breaker.Rejected().RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
        _clock.Advance(TimeSpan.FromSeconds(30));

        _breaker.State.Should().Be(CircuitState.HalfOpenReady);
        _breaker.Enter().RecordSuccess();
        _breaker.State.Should().Be(CircuitState.Closed);
    }

    [Safeguard("The epoch fence", SwitchedOff = "outcomes are applied to the current epoch, whichever admitted the call")]
    [Fact, Trait("Spec", "CB13")]
    public void A_call_from_before_the_trip_cannot_close_it()
    {
        _beforeTheTrip.RecordSuccess().Should().BeFalse();
        _breaker.State.Should().Be(CircuitState.HalfOpen);

        _beforeTheTrip.RecordFailure().Should().BeFalse();
        _breaker.State.Should().Be(CircuitState.HalfOpen);
    }

    [Fact, Trait("Spec", "CL10")]
    public async Task A_rule_that_throws_during_a_probe_does_not_leak_the_probe()
    {
        var rules = new OutcomeRules().Ignore<Exception>(static _ => throw new FormatException("rule"));
        var breaker = new CircuitBreaker("stock", new CircuitBreakerOptions { FailureThreshold = 1 }, rules, _clock);
        breaker.Fail();
        _clock.Advance(TimeSpan.FromSeconds(30));

        Func<Task> call = async () => await breaker.ExecuteAsync(static ValueTask<int> (_) => throw new TimeoutException());

        await call.Should().ThrowAsync<FormatException>();
        breaker.State.Should().Be(CircuitState.Open);
    }
}
