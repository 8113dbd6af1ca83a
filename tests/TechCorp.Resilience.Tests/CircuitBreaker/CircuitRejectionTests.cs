namespace TechCorp.Resilience.Tests;

/// <summary>What a rejected caller reads.</summary>
public sealed class CircuitRejectionTests
{
    private readonly TestClock _clock = new();
    private readonly CircuitBreaker _breaker;

    public CircuitRejectionTests() => _breaker = new CircuitBreaker("stock", timeProvider: _clock);

    [Fact]
    public void An_isolated_circuit_says_that_it_waits_for_a_reset()
    {
        var isolatedAt = _clock.GetUtcNow();
        _breaker.Isolate();
        _clock.Advance(TimeSpan.FromSeconds(5));

        var exception = _breaker.Rejected().ToException();

        exception.Message.Should().Be("Circuit 'stock' is isolated; the call was not made. It takes calls again after a reset.");
        (exception.State, exception.RetryAfter, exception.OpenedAt, exception.Generation).Should()
            .Be((CircuitState.Isolated, TimeSpan.MaxValue, isolatedAt, 1L));
    }

    [Fact]
    public void A_circuit_that_waits_for_its_probe_says_that_it_may_be_sooner()
    {
        var openedAt = _clock.GetUtcNow();
        var cause = new IOException("refused");
        _breaker.Fail(4);
        _breaker.Enter().RecordFailure(cause);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _breaker.Enter();
        _clock.Advance(TimeSpan.FromSeconds(9.5));

        var exception = _breaker.Rejected().ToException();

        exception.Message.Should().Be("Circuit 'stock' waits for its probe; the call was not made. Retry in 21 s or sooner.");
        (exception.State, exception.OpenedAt, exception.Generation).Should().Be((CircuitState.HalfOpen, openedAt, 2L));
        exception.InnerException.Should().BeSameAs(cause);
    }

    [Fact]
    public void What_made_the_caller_try_again_goes_before_what_opened_the_circuit()
    {
        var own = new TimeoutException();
        _breaker.Fail(4);
        _breaker.Enter().RecordFailure(new IOException());

        _breaker.Rejected().ToException(own).InnerException.Should().BeSameAs(own);
    }

    [Fact]
    public void The_default_rejection_says_that_it_comes_from_no_circuit()
    {
        CircuitRejection none = default;

        (none.State, none.RetryAfter, none.OpenedAt, none.Generation).Should().Be((CircuitState.Closed, TimeSpan.Zero, default(DateTimeOffset), 0L));
        FluentActions.Invoking(() => none.ToException()).Should().Throw<InvalidOperationException>()
            .WithMessage("The default rejection comes from no circuit.");
    }

    [Fact]
    public void A_call_that_is_admitted_gets_the_default_rejection()
    {
        _breaker.TryEnter(out _, out var closed).Should().BeTrue();
        _breaker.Fail(5);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _breaker.TryEnter(out _, out var probe).Should().BeTrue();

        closed.Generation.Should().Be(0);
        (probe.State, probe.Generation).Should().Be((CircuitState.Closed, 0L));
    }

    [Fact]
    public void Rejections_are_counted_and_logged_with_the_time_to_come_back()
    {
        using var rejections = new CounterProbe("techcorp.resilience.circuit.rejections", name: "busy");
        var log = new ListLogger();
        var breaker = new CircuitBreaker("busy", timeProvider: _clock, logger: log);
        breaker.Fail(5);

        breaker.Rejected();
        breaker.TryEnter(out _).Should().BeFalse();

        rejections.Total.Should().Be(2);
        log.Entries.Should().HaveCount(3).And.EndWith("1013 Circuit 'busy' rejected a call; the next one may be admitted after 00:00:30.");
    }

    [Fact]
    public void A_permit_says_whether_it_is_the_probe_and_of_which_generation()
    {
        var ordinary = _breaker.Enter();
        _breaker.Fail(5);
        _clock.Advance(TimeSpan.FromSeconds(30));
        var probe = _breaker.Enter();

        (ordinary.IsProbe, ordinary.Generation).Should().Be((false, 0L));
        (probe.IsProbe, probe.Generation).Should().Be((true, 2L));
    }

    [Fact]
    public void A_circuit_says_how_long_it_rejects_calls_for_certain()
    {
        _breaker.RetryAfter.Should().Be(TimeSpan.Zero);
        _breaker.Fail(5);
        _breaker.RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
        _clock.Advance(TimeSpan.FromSeconds(30));
        _breaker.RetryAfter.Should().Be(TimeSpan.Zero);
        _breaker.Isolate();
        _breaker.RetryAfter.Should().Be(TimeSpan.MaxValue);
    }
}
