namespace TechCorp.Resilience.Tests;

public sealed class CircuitControlTests
{
    private readonly TestClock _clock = new();
    private readonly CircuitBreaker _breaker;

    public CircuitControlTests() => _breaker = new CircuitBreaker("stock", timeProvider: _clock);

    [Fact, Trait("Spec", "CB22")]
    public void An_isolated_circuit_rejects_until_it_is_reset_however_long_that_takes()
    {
        _breaker.Isolate();
        _clock.Advance(TimeSpan.FromDays(30));

        _breaker.State.Should().Be(CircuitState.Isolated);
        _breaker.Rejected().RetryAfter.Should().Be(TimeSpan.MaxValue);

        _breaker.Reset();
        _breaker.State.Should().Be(CircuitState.Closed);
        _breaker.Enter();
    }

    [Fact, Trait("Spec", "CB22")]
    public void Isolating_makes_the_running_probe_stale()
    {
        _breaker.Fail(5);
        _clock.Advance(TimeSpan.FromSeconds(30));
        var probe = _breaker.Enter();

        _breaker.Isolate();

        probe.RecordSuccess().Should().BeFalse();
        _breaker.State.Should().Be(CircuitState.Isolated);
    }

    [Safeguard("The epoch fence")]
    [Fact, Trait("Spec", "CB23")]
    public void Resetting_starts_a_generation_in_which_running_calls_do_not_count()
    {
        var running = _breaker.Enter();
        _breaker.Fail(4);

        _breaker.Reset();

        _breaker.Generation.Should().Be(1);
        _breaker.ConsecutiveFailures.Should().Be(0);
        running.RecordFailure().Should().BeFalse();
        _breaker.ConsecutiveFailures.Should().Be(0);
    }

    [Fact, Trait("Spec", "CB25")]
    public async Task A_call_that_is_canceled_on_entry_does_not_use_up_the_probe()
    {
        _breaker.Fail(5);
        _clock.Advance(TimeSpan.FromSeconds(30));
        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();

        Func<Task> call = async () => await _breaker.ExecuteAsync(_ => new ValueTask<int>(1), caller.Token);

        (await call.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(caller.Token);
        _breaker.State.Should().Be(CircuitState.HalfOpenReady);
    }

    [Theory, Trait("Spec", "CB32")]
    [InlineData("FailureThreshold")]
    [InlineData("RecoveryTimeout")]
    [InlineData("ProbeLease")]
    [InlineData("RecoveryGrowth")]
    public void An_invalid_option_is_refused_by_name(string option)
    {
        var options = new CircuitBreakerOptions
        {
            FailureThreshold = option == "FailureThreshold" ? 0 : 5,
            RecoveryTimeout = option == "RecoveryTimeout" ? TimeSpan.Zero : TimeSpan.FromSeconds(30),
            ProbeLease = option == "ProbeLease" ? TimeSpan.Zero : null,
            RecoveryGrowth = option == "RecoveryGrowth" ? double.NaN : 1,
        };

        FluentActions.Invoking(() => new CircuitBreaker("stock", options)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(option);
    }

    [Fact, Trait("Spec", "CB32")]
    public void All_invalid_options_are_named_at_once()
        => FluentActions.Invoking(() => new CircuitBreaker("stock",
            new CircuitBreakerOptions { FailureThreshold = 0, RecoveryTimeout = -TimeSpan.FromSeconds(1) }))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*FailureThreshold*RecoveryTimeout*");

    [Fact, Trait("Spec", "CB32")]
    public void Options_are_copied_at_construction()
    {
        var options = new CircuitBreakerOptions();
        var breaker = new CircuitBreaker("stock", options, timeProvider: _clock);

        options.FailureThreshold = 1;
        breaker.Fail();

        breaker.State.Should().Be(CircuitState.Closed);
    }

    [Fact, Trait("Spec", "CB35")]
    public void A_closed_circuit_keeps_no_exception()
    {
        var cause = OpenAndClose();

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        cause.IsAlive.Should().BeFalse();
        GC.KeepAlive(_breaker);
    }

    [Fact, Trait("Spec", "CB35")]
    public void A_million_trips_do_not_grow_it()
    {
        var breaker = new CircuitBreaker("trips", new CircuitBreakerOptions { FailureThreshold = 1 }, timeProvider: _clock);
        long before = 0;
        for (var i = 0; i < 1_000_000; i++)
        {
            breaker.Enter().RecordFailure();
            breaker.Reset();
            if (i == 1_000)
            {
                before = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(8_000_000);
        breaker.Generation.Should().Be(2_000_000);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private WeakReference OpenAndClose()
    {
        var cause = new InvalidOperationException("down");
        _breaker.Fail(4);
        _breaker.Enter().RecordFailure(cause);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _breaker.Enter().RecordSuccess();
        return new WeakReference(cause);
    }
}
