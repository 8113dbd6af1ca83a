namespace TechCorp.Resilience.Tests;

public sealed class ClosedCircuitTests
{
    private readonly TestClock _clock = new();
    private readonly List<CircuitTransition> _events = [];
    private readonly CircuitBreaker _breaker;

    public ClosedCircuitTests()
        => _breaker = new CircuitBreaker("stock", new CircuitBreakerOptions { OnTransition = _events.Add }, timeProvider: _clock);

    [Fact, Trait("Spec", "CB1")]
    public void A_new_circuit_is_closed_with_no_failures_in_generation_0()
    {
        _breaker.State.Should().Be(CircuitState.Closed);
        _breaker.ConsecutiveFailures.Should().Be(0);
        _breaker.Generation.Should().Be(0);
    }

    [Fact, Trait("Spec", "CB2")]
    public void A_success_resets_the_count_of_four_failures()
    {
        _breaker.Fail(4);

        _breaker.Enter().RecordSuccess().Should().BeTrue();

        _breaker.ConsecutiveFailures.Should().Be(0);
        _breaker.Fail(4);
        _breaker.State.Should().Be(CircuitState.Closed);
    }

    [Fact, Trait("Spec", "CB3")]
    public void The_fifth_failure_in_a_row_opens_it_for_30_seconds_with_one_event()
    {
        var cause = new InvalidOperationException("down");
        _breaker.Fail(4);

        _breaker.Enter().RecordFailure(cause).Should().BeTrue();

        _breaker.State.Should().Be(CircuitState.Open);
        _breaker.Rejected().RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
        _events.Should().ContainSingle().Which.Should().Be(new CircuitTransition(
            "stock", CircuitState.Closed, CircuitState.Open, CircuitTransitionReason.FailureThreshold, 1, _clock.GetUtcNow(), cause));
    }

    [Fact, Trait("Spec", "CB4")]
    public void A_neutral_outcome_changes_no_count()
    {
        _breaker.Fail(4);

        _breaker.Enter().RecordNeutral().Should().BeTrue();

        _breaker.ConsecutiveFailures.Should().Be(4);
        _breaker.State.Should().Be(CircuitState.Closed);
    }

    [Fact, Trait("Spec", "CB5")]
    public void Failures_of_calls_that_ran_together_open_it_once()
    {
        CircuitPermit[] running = [.. Enumerable.Range(0, 12).Select(_ => _breaker.Enter())];
        running[..5].Should().OnlyContain(permit => permit.RecordFailure(null));
        _clock.Advance(TimeSpan.FromSeconds(10));

        running[5..].Should().OnlyContain(permit => !permit.RecordFailure(null));

        _events.Should().ContainSingle();
        _breaker.Rejected().RetryAfter.Should().Be(TimeSpan.FromSeconds(20), "late failures must not extend the recovery time");
    }

    [Fact, Trait("Spec", "CB5")]
    public void Failures_that_end_on_many_threads_at_once_open_it_once()
    {
        for (var round = 0; round < 200; round++)
        {
            _breaker.Reset();
            _events.Clear();
            CircuitPermit[] running = [.. Enumerable.Range(0, 8).Select(_ => _breaker.Enter())];

            Parallel.ForEach(running, permit => permit.RecordFailure());

            _events.Should().ContainSingle(e => e.To == CircuitState.Open);
        }
    }

    [Fact, Trait("Spec", "CB34")]
    public void A_threshold_of_one_opens_at_the_first_failure()
    {
        var breaker = new CircuitBreaker("stock", new CircuitBreakerOptions { FailureThreshold = 1 }, timeProvider: _clock);

        breaker.Fail();

        breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "CB30")]
    public void A_permit_that_is_dropped_while_closed_has_no_effect()
    {
        _breaker.Enter();

        _breaker.Fail(4);

        _breaker.State.Should().Be(CircuitState.Closed);
        _breaker.ConsecutiveFailures.Should().Be(4);
    }

    [Fact, Trait("Spec", "CB30")]
    public void The_default_permit_says_that_it_comes_from_no_circuit()
        => default(CircuitPermit).Invoking(permit => permit.RecordSuccess()).Should().Throw<InvalidOperationException>();
}
