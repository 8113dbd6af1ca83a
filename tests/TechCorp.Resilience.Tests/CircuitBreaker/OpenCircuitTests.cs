namespace TechCorp.Resilience.Tests;

public sealed class OpenCircuitTests
{
    private readonly TestClock _clock = new();
    private readonly List<CircuitTransition> _events = [];
    private readonly CircuitBreaker _breaker;

    public OpenCircuitTests()
    {
        _breaker = new CircuitBreaker("stock", new CircuitBreakerOptions { OnTransition = _events.Add }, timeProvider: _clock);
    }

    private void Open()
    {
        _breaker.Fail(5);
        _events.Clear();
    }

    [Fact, Trait("Spec", "CB6")]
    public async Task A_call_before_the_deadline_is_rejected_without_reaching_the_dependency()
    {
        Open();
        _clock.Advance(TimeSpan.FromSeconds(29.5));
        var called = false;

        Func<Task> call = async () => await _breaker.ExecuteAsync(_ => { called = true; return new ValueTask<int>(1); });

        (await call.Should().ThrowAsync<CircuitOpenException>()).Which.RetryAfter.Should().Be(TimeSpan.FromSeconds(0.5));
        called.Should().BeFalse();
        _breaker.Generation.Should().Be(1);
    }

    [Fact, Trait("Spec", "CB7")]
    public void At_the_deadline_exactly_the_next_caller_becomes_the_probe()
    {
        Open();
        _clock.Advance(TimeSpan.FromSeconds(30));

        var probe = _breaker.Enter();

        probe.IsProbe.Should().BeTrue();
        _breaker.State.Should().Be(CircuitState.HalfOpen);
        _breaker.Generation.Should().Be(2);
    }

    [Fact, Trait("Spec", "CB13"), Trait("Spec", "CB15")]
    public void A_failure_from_before_the_trip_neither_extends_the_deadline_nor_makes_an_event()
    {
        var slow = _breaker.Enter();
        Open();
        _clock.Advance(TimeSpan.FromSeconds(20));

        slow.RecordFailure().Should().BeFalse();

        _breaker.Rejected().RetryAfter.Should().Be(TimeSpan.FromSeconds(10));
        _events.Should().BeEmpty();
    }

    [Fact, Trait("Spec", "CB13"), Trait("Spec", "CB16")]
    public void A_success_from_before_the_trip_does_not_close_it()
    {
        var slow = _breaker.Enter();
        Open();

        slow.RecordSuccess().Should().BeFalse();

        _breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "CB13")]
    public void Stale_outcomes_are_counted_by_the_meter()
    {
        using var stale = new CounterProbe("techcorp.resilience.circuit.stale", name: "stale-meter");
        var breaker = new CircuitBreaker("stale-meter", new CircuitBreakerOptions { FailureThreshold = 1 }, timeProvider: _clock);
        var slow = breaker.Enter();
        breaker.Fail();

        slow.RecordSuccess();

        stale.Total.Should().Be(1);
    }

    [Fact, Trait("Spec", "CB14")]
    public void A_failure_from_two_generations_ago_is_ignored_after_it_closed_again()
    {
        var slow = _breaker.Enter();
        Open();
        _clock.Advance(TimeSpan.FromSeconds(30));
        _breaker.Enter().RecordSuccess();
        _breaker.Fail(4);

        slow.RecordFailure().Should().BeFalse();

        _breaker.State.Should().Be(CircuitState.Closed);
        _breaker.ConsecutiveFailures.Should().Be(4);
    }

    [Fact, Trait("Spec", "CB17")]
    public void A_jump_of_the_wall_clock_has_no_effect()
    {
        var timeProvider = new SplitClock();
        var breaker = new CircuitBreaker("stock", timeProvider: timeProvider);
        breaker.Fail(5);

        timeProvider.JumpWall(TimeSpan.FromHours(1));
        breaker.Rejected().RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
        timeProvider.JumpWall(TimeSpan.FromHours(-2));
        breaker.Rejected().RetryAfter.Should().Be(TimeSpan.FromSeconds(30));

        timeProvider.Move(TimeSpan.FromSeconds(30));
        breaker.State.Should().Be(CircuitState.HalfOpenReady);
    }

    [Fact, Trait("Spec", "CB18")]
    public void The_longest_recovery_time_saturates_and_never_wraps()
    {
        var timeProvider = new SplitClock(timestamp: long.MaxValue / 2);
        var breaker = new CircuitBreaker("stock", new CircuitBreakerOptions { RecoveryTimeout = TimeSpan.MaxValue }, timeProvider: timeProvider);
        breaker.Fail(5);

        breaker.Rejected().RetryAfter.Should().Be(TimeSpan.MaxValue);
        timeProvider.Move(TimeSpan.FromDays(365));
        breaker.State.Should().Be(CircuitState.Open);
    }

    [Theory, Trait("Spec", "CB33")]
    [InlineData(1_000)]
    [InlineData(3_579_545)]
    [InlineData(1_000_000_000)]
    public void The_frequency_of_the_clock_does_not_matter(long frequency)
    {
        var timeProvider = new SplitClock(frequency: frequency);
        var breaker = new CircuitBreaker("stock", timeProvider: timeProvider);
        breaker.Fail(5);

        timeProvider.MoveSteps(frequency * 30 - 1);
        breaker.State.Should().Be(CircuitState.Open);
        breaker.Rejected().RetryAfter.Should().BePositive();
        timeProvider.MoveSteps(1);
        breaker.State.Should().Be(CircuitState.HalfOpenReady);
    }

    [Fact, Trait("Spec", "CB24")]
    public void Reading_the_state_after_the_deadline_reports_readiness_and_changes_nothing()
    {
        Open();
        _clock.Advance(TimeSpan.FromSeconds(30));

        _breaker.State.Should().Be(CircuitState.HalfOpenReady);

        _breaker.Generation.Should().Be(1);
        _events.Should().BeEmpty();
    }

    [Fact, Trait("Spec", "CB36")]
    public async Task The_exception_says_which_circuit_since_when_and_how_long()
    {
        Open();
        var openedAt = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromSeconds(18));

        Func<Task> call = async () => await _breaker.ExecuteAsync(_ => new ValueTask<int>(1));

        var thrown = (await call.Should().ThrowAsync<CircuitOpenException>()).Which;
        thrown.Message.Should().Be("Circuit 'stock' is open; the call was not made. Retry in 12 s or later.");
        thrown.Should().BeEquivalentTo(
            new { Name = "stock", State = CircuitState.Open, RetryAfter = TimeSpan.FromSeconds(12), OpenedAt = openedAt, Generation = 1L });
    }

    [Fact, Trait("Spec", "CB36")]
    public async Task The_outcome_shape_throws_nothing()
    {
        Open();

        var outcome = await _breaker.TryExecuteAsync(static (_, _) => new ValueTask<int>(1), 0, TestContext.Current.CancellationToken);

        outcome.Status.Should().Be(OutcomeStatus.Rejected);
        outcome.RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
        outcome.Exception.Should().BeOfType<CircuitOpenException>();
    }
}
