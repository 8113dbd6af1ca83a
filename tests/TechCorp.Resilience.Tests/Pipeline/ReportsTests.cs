namespace TechCorp.Resilience.Tests;

/// <summary>What reaches meter, log and callbacks.</summary>
public sealed class ReportsTests
{
    private readonly TestClock _clock = new();
    private readonly ListLogger _log = new();

    [Fact]
    public async Task Each_retry_is_counted_and_logged()
    {
        using var retries = new CounterProbe("techcorp.resilience.retries", name: "counted");
        var policy = new RetryPolicy("counted", new RetryOptions { MaxAttempts = 3 }, timeProvider: _clock, logger: _log);

        await _clock.RunAsync(policy.TryExecuteAsync(static ValueTask<int> (_, _) => throw new TimeoutException(), 0).AsTask());

        retries.Total.Should().Be(2);
        _log.Entries.Should().Equal(
            "1010 Attempt 1 of 'counted' failed; the next attempt follows after 00:00:01.",
            "1010 Attempt 2 of 'counted' failed; the next attempt follows after 00:00:02.",
            "1011 Attempt 3 of 'counted' failed; no other attempt follows: AttemptsExhausted.");
    }

    [Safeguard("The log says why a call ends", SwitchedOff = "no entry for the stop, the timeout, the rejection")]
    [Fact]
    public async Task The_log_says_when_the_budget_ends_the_attempts()
    {
        var policy = new RetryPolicy("spent", new RetryOptions { MaxAttempts = 3, Budget = new RetryBudget(ratio: 0.2, minimum: 1) }, timeProvider: _clock,
            logger: _log);

        await _clock.RunAsync(policy.TryExecuteAsync(static ValueTask<int> (_, _) => throw new TimeoutException(), 0).AsTask());

        _log.Entries.Should().EndWith("1011 Attempt 2 of 'spent' failed; no other attempt follows: BudgetExhausted.");
    }

    [Safeguard("The log says why a call ends")]
    [Fact]
    public async Task The_log_says_when_the_deadline_ends_the_attempts_and_which_attempt_took_too_long()
    {
        var pipeline = ResiliencePipeline.Create(
            "slow",
            new ResiliencePipelineOptions { Deadline = TimeSpan.FromSeconds(5.5), Timeout = new() { Timeout = TimeSpan.FromSeconds(5) } },
            _clock,
            _log);

        await _clock.RunAsync(pipeline.TryExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0).AsTask());

        _log.Entries.Should().Equal("1012 An attempt of 'slow' was canceled because it took longer than 00:00:05.",
            "1011 Attempt 1 of 'slow' failed; no other attempt follows: DeadlineTooClose.");
    }

    [Safeguard("The log says why a call ends")]
    [Fact]
    public async Task The_log_names_the_circuit_of_a_rejected_call_and_nothing_else_about_it()
    {
        var pipeline = ResiliencePipeline.Create("gateway", timeProvider: _clock, logger: _log);
        pipeline.CircuitBreaker!.Isolate();
        _log.Entries.Clear();

        await pipeline.TryExecuteAsync(static (_, _) => new ValueTask<int>(1), 0);

        _log.Entries.Should().Equal($"1013 Circuit 'gateway' rejected a call; the next one may be admitted after {TimeSpan.MaxValue}.");
    }

    [Safeguard("A logger that throws changes no timeout and no rejection", SwitchedOff = "what it throws is let out of either")]
    [Fact, Trait("Spec", "CB19")]
    public async Task A_logger_that_throws_changes_no_call()
    {
        var received = new List<Exception>();
        var pipeline = ResiliencePipeline.Create(
            "gateway",
            new ResiliencePipelineOptions
            {
                Timeout = new() { Timeout = TimeSpan.FromSeconds(1) },
                Retry = new() { MaxAttempts = 2, OnCallbackError = received.Add },
                CircuitBreaker = new() { FailureThreshold = 2 },
            },
            _clock,
            new ThrowingLogger());

        var slow = await _clock.RunAsync(pipeline.TryExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0).AsTask());
        var rejected = await pipeline.TryExecuteAsync(static (_, _) => new ValueTask<int>(1), 0);

        slow.Exception.Should().BeOfType<TimeoutRejectedException>();
        rejected.Status.Should().Be(OutcomeStatus.Rejected);
        received.Should().HaveCount(4, "two timeouts, the retry between them and the stop were not logged").And.AllBeOfType<FormatException>();
    }

    [Fact]
    public async Task An_attempt_that_took_too_long_is_counted()
    {
        using var timeouts = new CounterProbe("techcorp.resilience.timeouts", name: "slow");
        var policy = new TimeoutPolicy("slow", timeProvider: _clock);

        await _clock.RunAsync(policy.TryExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0).AsTask());

        timeouts.Total.Should().Be(1);
    }

    [Fact]
    public async Task A_rejected_call_stops_for_the_circuit_even_when_it_was_its_only_attempt()
    {
        using var stops = new CounterProbe("techcorp.resilience.retry.stops", name: "rejected", reason: "CircuitOpen");
        var pipeline = ResiliencePipeline.Create("rejected", new ResiliencePipelineOptions { Retry = new() { MaxAttempts = 1 } }, _clock);
        pipeline.CircuitBreaker!.Isolate();

        await pipeline.Awaiting(p => p.ExecuteAsync(static _ => new ValueTask<int>(1)).AsTask()).Should().ThrowAsync<CircuitOpenException>();

        stops.Total.Should().Be(1);
    }

    [Fact]
    public async Task A_failure_without_a_retry_stage_is_no_stop_of_retries()
    {
        using var stops = new CounterProbe("techcorp.resilience.retry.stops", name: "once");
        var policy = new TimeoutPolicy("once", timeProvider: _clock);

        await policy.TryExecuteAsync(static ValueTask<int> (_, _) => throw new TimeoutException(), 0);

        stops.Total.Should().Be(0);
    }

    [Fact, Trait("Spec", "CL4")]
    public async Task A_cancellation_by_the_caller_calls_no_callback()
    {
        using var stops = new CounterProbe("techcorp.resilience.retry.stops", name: "cancelled");
        using var caller = new CancellationTokenSource();
        var received = new List<object>();
        var options = new RetryOptions
        {
            OnRetry = notice => received.Add(notice),
            RetryAfter = exception =>
            {
                received.Add(exception);
                return null;
            },
        };
        var policy = new RetryPolicy("cancelled", options, timeProvider: _clock, logger: _log);
        var call = policy.TryExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0, caller.Token);

        await caller.CancelAsync();

        (await call).Status.Should().Be(OutcomeStatus.Canceled);
        received.Should().BeEmpty();
        _log.Entries.Should().BeEmpty();
        stops.Total.Should().Be(0);
    }

    [Fact, Trait("Spec", "RT17")]
    public async Task A_callback_that_throws_is_named_in_the_log()
    {
        var errors = new List<Exception>();
        var pipeline = ResiliencePipeline.Create(
            "gateway",
            new ResiliencePipelineOptions
            {
                Retry = new()
                {
                    MaxAttempts = 2,
                    OnRetry = static _ => throw new FormatException(),
                    OnCallbackError = errors.Add,
                }
            },
            _clock,
            _log);
        var operation = new ResilientOperation<int, int>(static (_, _) => new ValueTask<int>(503))
        {
            IsFailure = static _ => true,
            RetryAfter = static _ => throw new FormatException(),
            Discard = static _ => throw new FormatException(),
        };

        (await _clock.RunAsync(pipeline.ExecuteAsync(operation, 0).AsTask())).Should().Be(503);

        _log.Entries.Where(entry => entry.StartsWith("1001", StringComparison.Ordinal)).Should().Equal(
            "1001 The callback RetryAfter of 'gateway' threw; the call continued without it.",
            "1001 The callback OnRetry of 'gateway' threw; the call continued without it.",
            "1001 The callback Discard of 'gateway' threw; the call continued without it.",
            "1001 The callback RetryAfter of 'gateway' threw; the call continued without it.");
        errors.Should().HaveCount(4).And.AllBeOfType<FormatException>();
    }
}
