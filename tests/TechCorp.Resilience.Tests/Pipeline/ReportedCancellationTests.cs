namespace TechCorp.Resilience.Tests;

/// <summary>An operation may report a cancellation as it likes; what counts is whose token was canceled.</summary>
public sealed class ReportedCancellationTests : IDisposable
{
    private static readonly ResiliencePipelineOptions Once = new() { Retry = null };

    private readonly TestClock _clock = new();
    private readonly CancellationTokenSource _caller = new();

    public static TheoryData<string> Reports { get; } = ["a driver's exception", "several exceptions in one", "a cancellation of its own", "an argument error"];

    public void Dispose() => _caller.Dispose();

    [Safeguard("What is thrown after the caller canceled is neutral", SwitchedOff = "only an `OperationCanceledException` is")]
    [Theory, Trait("Spec", "FR3")]
    [MemberData(nameof(Reports))]
    public async Task Five_callers_that_cancel_leave_the_circuit_closed_without_a_failure_when_it_is_reported_as(string report)
    {
        var pipeline = ResiliencePipeline.Create("stock", Once, _clock);
        for (var i = 0; i < 5; i++)
        {
            using var caller = new CancellationTokenSource();
            var call = pipeline.ExecuteAsync(static (report, token) => ReportAsync<int>(report, token), report, caller.Token).AsTask();

            await caller.CancelAsync();

            var thrown = (await call.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>()).Which;
            thrown.CancellationToken.Should().Be(caller.Token);
            thrown.InnerException.Should().BeOfType(Exception(report).GetType());
        }

        pipeline.CircuitBreaker.Should().BeEquivalentTo(new { State = CircuitState.Closed, ConsecutiveFailures = 0, Generation = 0 });
    }

    [Safeguard("What is thrown after the caller canceled is neutral")]
    [Theory, Trait("Spec", "FR3")]
    [MemberData(nameof(Reports))]
    public async Task A_probe_whose_caller_cancels_returns_its_slot_when_it_is_reported_as(string report)
    {
        var breaker = new CircuitBreaker("stock", timeProvider: _clock);
        breaker.Fail(5);
        _clock.Advance(TimeSpan.FromSeconds(30));
        var probe = breaker.TryExecuteAsync(static (report, token) => ReportAsync<int>(report, token), report, _caller.Token).AsTask();
        breaker.State.Should().Be(CircuitState.HalfOpen);

        await _caller.CancelAsync();

        (await probe).Status.Should().Be(OutcomeStatus.Canceled);
        breaker.State.Should().Be(CircuitState.HalfOpenReady);
        (await breaker.ExecuteAsync(static _ => new ValueTask<int>(7))).Should().Be(7);
        breaker.State.Should().Be(CircuitState.Closed);
    }

    [Safeguard("What is thrown after the limit has passed is a timeout", SwitchedOff = "only an `OperationCanceledException` is")]
    [Theory, Trait("Spec", "FR3")]
    [MemberData(nameof(Reports))]
    public async Task A_limit_that_has_passed_is_one_timeout_with_the_exception_inside_when_it_is_reported_as(string report)
    {
        var pipeline = ResiliencePipeline.Create($"stock of {report}", Once, _clock);
        using var timeouts = new CounterProbe("techcorp.resilience.timeouts", pipeline.Name);
        var call = pipeline.ExecuteAsync(static (report, token) => ReportAsync<int>(report, token), report, _caller.Token).AsTask();
        await _clock.TimerSetAsync();

        _clock.Advance(TimeSpan.FromSeconds(5));

        var thrown = (await call.Awaiting(c => c).Should().ThrowAsync<TimeoutRejectedException>()).Which;
        thrown.InnerException.Should().BeOfType(Exception(report).GetType());
        thrown.Timeout.Should().Be(TimeSpan.FromSeconds(5));
        timeouts.Total.Should().Be(1);
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(1);
    }

    [Fact, Trait("Spec", "FR3")]
    public async Task The_deadline_of_the_call_is_such_a_limit_too()
    {
        var pipeline = ResiliencePipeline.Create("deadline", new ResiliencePipelineOptions { Deadline = TimeSpan.FromSeconds(2) }, _clock);
        var call = pipeline.ExecuteAsync(static (report, token) => ReportAsync<int>(report, token), "a driver's exception").AsTask();
        await _clock.TimerSetAsync();

        _clock.Advance(TimeSpan.FromSeconds(2));

        (await call.Awaiting(c => c).Should().ThrowAsync<TimeoutRejectedException>()).WithInnerException<DriverException>();
    }

    [Fact, Trait("Spec", "FR3")]
    public async Task A_call_whose_caller_canceled_is_not_repeated_and_asks_no_rule()
    {
        var asked = 0;
        var attempts = 0;
        var policy = new RetryPolicy("stock", outcomes: new OutcomeRules().TreatAsFailure<DriverException>(_ => ++asked > 0), timeProvider: _clock);
        var call = policy.ExecuteAsync(
            (_, token) =>
            {
                attempts++;
                return ReportAsync<int>("a driver's exception", token);
            },
            0,
            _caller.Token).AsTask();

        await _caller.CancelAsync();

        await call.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>();
        (attempts, asked).Should().Be((1, 0));
    }

    [Theory, Trait("Spec", "FR3")]
    [InlineData(TimeoutMode.Cooperative)]
    [InlineData(TimeoutMode.Abandon)]
    public async Task Both_modes_of_the_timeout_judge_by_the_token(TimeoutMode mode)
    {
        var options = new ResiliencePipelineOptions { Retry = null, Timeout = new TimeoutOptions { Mode = mode } };
        var pipeline = ResiliencePipeline.Create("stock", options, _clock);
        var canceled = pipeline.TryExecuteAsync(static (report, token) => ReportAsync<int>(report, token), "a driver's exception", _caller.Token).AsTask();
        await _clock.TimerSetAsync();
        await _caller.CancelAsync();
        var late = pipeline.TryExecuteAsync(static (report, token) => ReportAsync<int>(report, token), "a driver's exception").AsTask();
        await _clock.TimerSetAsync();

        _clock.Advance(TimeSpan.FromSeconds(5));

        (await canceled).Status.Should().Be(OutcomeStatus.Canceled);
        (await late).Exception.Should().BeOfType<TimeoutRejectedException>();
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(1);
    }

    [Safeguard("A failing result after the caller canceled is neutral", SwitchedOff = "`OutcomeClassifier.Classify` of a value asks no token")]
    [Fact, Trait("Spec", "FR3")]
    public async Task A_failing_result_after_the_caller_canceled_is_a_cancellation_and_is_discarded()
    {
        var pipeline = ResiliencePipeline.Create("stock", Once, _clock);
        var answer = new MemoryStream();
        var operation = new ResilientOperation<MemoryStream, MemoryStream>(async (stream, attempt) =>
        {
            await UntilCanceledAsync(attempt.CancellationToken);
            return stream;
        })
        { IsFailure = static _ => true };
        var call = pipeline.TryExecuteAsync(operation, answer, _caller.Token).AsTask();

        await _caller.CancelAsync();

        (await call).Should().BeEquivalentTo(new { Status = OutcomeStatus.Canceled, HasValue = false });
        answer.CanRead.Should().BeFalse();
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(0);
    }

    [Fact, Trait("Spec", "FR3")]
    public async Task A_failing_result_after_the_limit_has_passed_is_one_timeout()
    {
        var pipeline = ResiliencePipeline.Create("stock of failing results", Once, _clock);
        using var timeouts = new CounterProbe("techcorp.resilience.timeouts", pipeline.Name);
        var operation = new ResilientOperation<int, int>(async (status, attempt) =>
        {
            await UntilCanceledAsync(attempt.CancellationToken);
            return status;
        })
        { IsFailure = static status => status == 499, Explain = static status => $"status {status}" };
        var call = pipeline.ExecuteAsync(operation, 499).AsTask();
        await _clock.TimerSetAsync();

        _clock.Advance(TimeSpan.FromSeconds(5));

        (await call.Awaiting(c => c).Should().ThrowAsync<TimeoutRejectedException>()).Which.InnerException!.Message.Should().Contain("status 499");
        timeouts.Total.Should().Be(1);
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(1);
    }

    [Fact, Trait("Spec", "FR3")]
    public async Task A_success_is_a_success_though_the_caller_canceled_or_the_limit_has_passed()
    {
        var pipeline = ResiliencePipeline.Create("stock", Once, _clock);
        pipeline.CircuitBreaker!.Fail(4);
        var answer = new TaskCompletionSource<int>();
        var call = pipeline.ExecuteAsync(static (pending, _) => new ValueTask<int>(pending.Task), answer, _caller.Token).AsTask();
        await _clock.TimerSetAsync();
        _clock.Advance(TimeSpan.FromSeconds(5));
        await _caller.CancelAsync();

        answer.SetResult(7);

        (await call).Should().Be(7);
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(0);
    }

    [Fact, Trait("Spec", "FR3")]
    public void A_blocking_call_whose_caller_canceled_is_neutral_too()
    {
        var breaker = new CircuitBreaker("stock", timeProvider: _clock);
        breaker.Fail(4);

        var thrown = breaker.Invoking(b => b.Execute(
            int (_) =>
            {
                _caller.Cancel();
                throw new DriverException("Cancelled");
            },
            _caller.Token)).Should().Throw<OperationCanceledException>().Which;

        thrown.CancellationToken.Should().Be(_caller.Token);
        thrown.InnerException.Should().BeOfType<DriverException>();
        breaker.ConsecutiveFailures.Should().Be(4);
    }

    [Fact, Trait("Spec", "FR3")]
    public async Task The_fallback_of_a_call_whose_caller_canceled_may_report_it_in_its_own_way()
    {
        var breaker = new CircuitBreaker("stock", timeProvider: _clock);
        breaker.Isolate();
        var call = breaker.ExecuteAsync(
            static (_, _) => new ValueTask<int>(1),
            static (report, _, token) => ReportAsync<int>(report, token),
            "a driver's exception",
            _caller.Token).AsTask();

        await _caller.CancelAsync();

        (await call.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>()).WithInnerException<DriverException>()
            .Which.Data.Contains(ResiliencePipeline.FallbackReasonKey).Should().BeFalse();
    }

    [Fact, Trait("Spec", "FR3")]
    public async Task A_fatal_exception_stays_fatal_though_the_caller_canceled()
    {
        var breaker = new CircuitBreaker("stock", timeProvider: _clock);
        breaker.Fail(4);

        await breaker.Awaiting(b => b.TryExecuteAsync(
            ValueTask<int> (_, _) =>
            {
                _caller.Cancel();
                throw new InsufficientExecutionStackException();
            },
            0,
            _caller.Token).AsTask()).Should().ThrowAsync<InsufficientExecutionStackException>();

        breaker.State.Should().Be(CircuitState.Open);
    }

    [Safeguard("An idempotent operation may report the cancellation inside of another exception", SwitchedOff = "only an `OperationCanceledException` is one")]
    [Theory, Trait("Spec", "FR3")]
    [InlineData(IdempotencyFailurePolicy.Release, true)]
    [InlineData(IdempotencyFailurePolicy.Store, true)]
    [InlineData(IdempotencyFailurePolicy.InDoubt, false)]
    public async Task An_idempotent_operation_whose_caller_canceled_cancels_no_duplicate(IdempotencyFailurePolicy policy, bool runsAgain)
    {
        var scene = new IdempotencyScene();
        var call = scene.CallAsync(
            scene.Operation(static (_, token) => ReportAsync<Receipt>("several exceptions in one", token), policy), cancellationToken: _caller.Token).AsTask();
        var duplicate = scene.CallAsync().AsTask();

        await _caller.CancelAsync();

        var thrown = (await call.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>()).Which;
        thrown.CancellationToken.Should().Be(_caller.Token);
        thrown.InnerException.Should().BeOfType<AggregateException>();
        if (runsAgain)
        {
            (await duplicate).Value.Id.Should().Be("run 2");
        }
        else
        {
            await duplicate.Awaiting(d => d).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.InDoubt);
        }
    }

    [Safeguard("What an idempotent operation throws after its caller canceled is not stored", SwitchedOff = "only an `OperationCanceledException` is not")]
    [Theory, Trait("Spec", "FR3")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_an_idempotent_operation_throws_after_its_caller_canceled_is_stored_only_if_it_is_named(bool named)
    {
        var scene = new IdempotencyScene();
        var operation = new IdempotentOperation<int, Receipt>(
            static (_, _, token) => ReportAsync<Receipt>("a driver's exception", token), "receipt", ShopJson.Default.Receipt)
        {
            OnFailure = IdempotencyFailurePolicy.Store,
            OnException = named ? static _ => IdempotencyFailurePolicy.Store : null,
        };
        var call = scene.CallAsync(operation, cancellationToken: _caller.Token).AsTask();

        await _caller.CancelAsync();

        await call.Awaiting(c => c).Should().ThrowAsync<DriverException>();
        if (named)
        {
            await scene.Awaiting(s => s.CallAsync().AsTask()).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.StoredFailure);
        }
        else
        {
            (await scene.CallAsync()).Replayed.Should().BeFalse();
        }
    }

    private static async ValueTask<T> ReportAsync<T>(string report, CancellationToken cancellationToken)
    {
        await UntilCanceledAsync(cancellationToken);
        throw Exception(report);
    }

    private static async Task UntilCanceledAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Hang.UntilCanceled<int>(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Reported in another way.
        }
    }

    private static Exception Exception(string report) => report switch
    {
        "a driver's exception" => new DriverException("Status(StatusCode=\"Cancelled\")"),
        "several exceptions in one" => new AggregateException(new TaskCanceledException(), new DriverException("Cancelled")),
        "a cancellation of its own" => new TaskCanceledException("gave up"),
        _ => new ArgumentException("the stream was closed"),
    };
}
