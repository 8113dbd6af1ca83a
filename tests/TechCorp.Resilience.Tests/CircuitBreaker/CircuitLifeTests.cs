namespace TechCorp.Resilience.Tests;

/// <summary>The life of a circuit from transition to transition, as its callback and its log report it.</summary>
public sealed class CircuitLifeTests
{
    private readonly TestClock _clock = new();
    private readonly ListLogger _log = new();
    private readonly List<CircuitTransition> _events = [];
    private readonly CircuitBreaker _breaker;

    public CircuitLifeTests() => _breaker = new CircuitBreaker(
        "stock", new CircuitBreakerOptions { FailureThreshold = 1, OnTransition = _events.Add }, timeProvider: _clock, logger: _log);

    [Fact, Trait("Spec", "CB20")]
    public void Every_transition_is_reported_with_its_reason_and_its_cause()
    {
        _breaker.Enter().RecordFailure(new TimeoutException());
        _clock.Advance(TimeSpan.FromSeconds(30));
        _breaker.Enter().RecordNeutral();
        _breaker.Enter();
        _clock.Advance(TimeSpan.FromSeconds(30));
        _breaker.Enter().RecordFailure(new FormatException());
        _clock.Advance(TimeSpan.FromSeconds(30));
        _breaker.Enter().RecordSuccess();
        _breaker.Isolate();
        _breaker.Reset();

        _events.Select(e => $"{e.Generation} {e.From}-{e.To} {e.Reason} {e.Cause?.GetType().Name}".TrimEnd()).Should().Equal(
            "1 Closed-Open FailureThreshold TimeoutException",
            "2 Open-HalfOpen RecoveryElapsed TimeoutException",
            "3 HalfOpen-Open ProbeWithdrawn TimeoutException",
            "4 Open-HalfOpen RecoveryElapsed TimeoutException",
            "5 HalfOpen-HalfOpen ProbeLeaseExpired TimeoutException",
            "6 HalfOpen-Open ProbeFailed FormatException",
            "7 Open-HalfOpen RecoveryElapsed FormatException",
            "8 HalfOpen-Closed ProbeSucceeded",
            "9 Closed-Isolated Isolated",
            "10 Isolated-Closed Reset");
        _log.Entries.Should().HaveCount(10).And.StartWith("1000 Circuit 'stock' went from Closed to Open (FailureThreshold); generation 1.");
    }

    [Fact, Trait("Spec", "CB11"), Trait("Spec", "CB13")]
    public void A_call_that_is_given_up_after_the_circuit_moved_on_is_stale()
    {
        var slow = _breaker.Enter();
        _breaker.Fail();
        slow.RecordNeutral().Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(30));
        var probe = _breaker.Enter();
        _breaker.Isolate();

        probe.RecordNeutral().Should().BeFalse();
        _breaker.State.Should().Be(CircuitState.Isolated);
    }

    [Fact, Trait("Spec", "CB10")]
    public void A_recovery_time_that_does_not_grow_has_no_cap()
    {
        var hour = TimeSpan.FromHours(1);
        var breaker = new CircuitBreaker("slow", new CircuitBreakerOptions { FailureThreshold = 1, RecoveryTimeout = hour }, timeProvider: _clock);
        breaker.Fail();
        breaker.Rejected().RetryAfter.Should().Be(hour);
        _clock.Advance(hour);

        breaker.Fail();

        breaker.Rejected().RetryAfter.Should().Be(hour);
    }

    [Fact, Trait("Spec", "CB12")]
    public void A_probe_may_have_less_time_than_the_dependency_has_to_recover()
    {
        var lease = TimeSpan.FromSeconds(2);
        var breaker = new CircuitBreaker("stock", new CircuitBreakerOptions { FailureThreshold = 1, ProbeLease = lease }, timeProvider: _clock);
        breaker.Fail();
        _clock.Advance(TimeSpan.FromSeconds(30));
        breaker.Enter();
        breaker.Rejected().RetryAfter.Should().Be(lease);
        _clock.Advance(lease);
        breaker.State.Should().Be(CircuitState.HalfOpenReady);

        breaker.Enter().IsProbe.Should().BeTrue();

        breaker.Rejected().RetryAfter.Should().Be(lease, "the next probe has its whole lease");
    }

    [Fact, Trait("Spec", "CB19")]
    public void A_callback_that_throws_is_logged_by_its_name_and_gets_the_next_transition()
    {
        var calls = 0;
        var options = new CircuitBreakerOptions { OnTransition = _ => { calls++; throw new FormatException(); } };
        var breaker = new CircuitBreaker("stock", options, timeProvider: _clock, logger: _log);

        breaker.Isolate();
        breaker.Reset();

        calls.Should().Be(2);
        _log.Entries.Should().Equal(
            "1000 Circuit 'stock' went from Closed to Isolated (Isolated); generation 1.",
            "1001 The callback OnTransition of 'stock' threw; the call continued without it.",
            "1000 Circuit 'stock' went from Isolated to Closed (Reset); generation 2.",
            "1001 The callback OnTransition of 'stock' threw; the call continued without it.");
    }

    [Fact, Trait("Spec", "CB30")]
    public void The_default_permit_says_where_to_get_one()
        => default(CircuitPermit).Invoking(permit => permit.RecordNeutral()).Should().Throw<InvalidOperationException>()
            .WithMessage("This permit comes from no circuit; take one with TryEnter.");
}
