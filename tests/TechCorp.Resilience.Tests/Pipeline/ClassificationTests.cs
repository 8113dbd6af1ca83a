using System.Net;

namespace TechCorp.Resilience.Tests;

public sealed class ClassificationTests
{
    private readonly TestClock _clock = new();

    [Fact, Trait("Spec", "CL1")]
    public async Task A_value_is_a_success()
    {
        var breaker = AfterFourFailures();

        await breaker.ExecuteAsync(static _ => new ValueTask<int>(1));

        breaker.ConsecutiveFailures.Should().Be(0);
    }

    [Fact, Trait("Spec", "CL2")]
    public async Task A_value_that_the_operation_calls_a_failure_is_one()
    {
        var breaker = AfterFourFailures();
        var operation = new ResilientOperation<int, int>(static (status, _) => new ValueTask<int>(status)) { IsFailure = static status => status >= 500 };

        (await breaker.ExecuteAsync(operation, 503)).Should().Be(503, "the last value is the caller's, failure or not");

        breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "CL3")]
    public async Task An_exception_is_a_failure()
    {
        await ShouldCount(RecordedAs.Failure, () => throw new InvalidDataException());
    }

    [Safeguard("A status below 500 is an answer also as an exception", SwitchedOff = "every `HttpRequestException` is a failure")]
    [Theory, Trait("Spec", "FR6")]
    [InlineData(HttpStatusCode.MovedPermanently, 1)]
    [InlineData(HttpStatusCode.BadRequest, 1)]
    [InlineData(HttpStatusCode.NotFound, 1)]
    [InlineData(HttpStatusCode.Conflict, 1)]
    [InlineData(HttpStatusCode.UnprocessableEntity, 1)]
    [InlineData((HttpStatusCode)499, 1)]
    [InlineData(HttpStatusCode.RequestTimeout, 5)]
    [InlineData(HttpStatusCode.TooManyRequests, 5)]
    [InlineData(HttpStatusCode.InternalServerError, 5)]
    [InlineData(HttpStatusCode.ServiceUnavailable, 5)]
    [InlineData(null, 5)]
    public async Task An_answer_that_is_thrown_is_no_failure_and_not_repeated(HttpStatusCode? status, int attempts)
    {
        var pipeline = ResiliencePipeline.Create("inventory", timeProvider: _clock);
        var calls = 0;

        await FluentActions.Awaiting(() => _clock.RunAsync(pipeline.ExecuteAsync(ValueTask<int> (_) =>
        {
            calls++;
            throw new HttpRequestException("answered", null, status);
        }).AsTask())).Should().ThrowAsync<HttpRequestException>();

        calls.Should().Be(attempts);
        pipeline.CircuitBreaker!.State.Should().Be(attempts == 1 ? CircuitState.Closed : CircuitState.Open);
        pipeline.CircuitBreaker.ConsecutiveFailures.Should().Be(0);
    }

    [Fact, Trait("Spec", "FR6")]
    public async Task A_rule_can_make_an_answer_a_failure_again()
    {
        var rules = new OutcomeRules().TreatAsFailure<HttpRequestException>(static exception => exception.StatusCode == HttpStatusCode.Conflict);
        var retry = new RetryPolicy("inventory", new RetryOptions { MaxAttempts = 2 }, rules, _clock);
        var calls = 0;

        await FluentActions.Awaiting(() => _clock.RunAsync(retry.ExecuteAsync(ValueTask<int> (_) =>
        {
            calls++;
            throw new HttpRequestException("answered", null, HttpStatusCode.Conflict);
        }).AsTask())).Should().ThrowAsync<HttpRequestException>();

        calls.Should().Be(2);
    }

    [Fact, Trait("Spec", "CL4")]
    public async Task A_cancellation_by_the_caller_is_neutral()
    {
        var breaker = AfterFourFailures();
        using var caller = new CancellationTokenSource();
        var call = breaker.ExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0, caller.Token);

        await caller.CancelAsync();

        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>();
        breaker.ConsecutiveFailures.Should().Be(4);
    }

    [Fact, Trait("Spec", "CL5")]
    public async Task A_cancellation_that_the_caller_did_not_ask_for_is_a_failure()
        => await ShouldCount(RecordedAs.Failure, () => throw new TaskCanceledException("HttpClient.Timeout"));

    [Fact, Trait("Spec", "CL6")]
    public async Task A_timeout_of_the_pipeline_is_a_failure()
    {
        var pipeline = ResiliencePipeline.Create("inventory", new ResiliencePipelineOptions { Retry = null }, _clock);
        var call = pipeline.ExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0);
        await _clock.TimerSetAsync();

        _clock.Advance(TimeSpan.FromSeconds(5));

        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutRejectedException>();
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(1);
    }

    [Safeguard("The caller wins over the timeout")]
    [Fact, Trait("Spec", "CL7")]
    public async Task When_timeout_and_caller_both_canceled_the_caller_wins()
    {
        var pipeline = ResiliencePipeline.Create("inventory", new ResiliencePipelineOptions { Retry = null }, _clock);
        using var caller = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        var call = pipeline.ExecuteAsync(
            async ValueTask<int> (_, token) =>
            {
                await gate.Task;
                token.ThrowIfCancellationRequested();
                return 1;
            },
            0,
            caller.Token);
        await _clock.TimerSetAsync();
        _clock.Advance(TimeSpan.FromSeconds(5));
        await caller.CancelAsync();

        gate.SetResult();

        (await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(caller.Token);
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(0);
    }

    [Fact, Trait("Spec", "CL8")]
    public async Task A_rejection_by_an_inner_circuit_is_neutral()
    {
        var inner = new CircuitBreaker("inner", timeProvider: _clock);
        inner.Isolate();

        await ShouldCount(RecordedAs.Neutral, () => inner.ExecuteAsync(static _ => new ValueTask<int>(1)));
    }

    [Fact, Trait("Spec", "CL9")]
    public async Task An_ignored_exception_is_neutral_and_so_are_those_derived_from_it()
        => await ShouldCount(RecordedAs.Neutral, () => throw new FileNotFoundException(), new OutcomeRules().Ignore<IOException>());

    [Fact, Trait("Spec", "CL9")]
    public async Task An_exception_treated_as_success_resets_the_failure_count()
        => await ShouldCount(RecordedAs.Success, () => throw new KeyNotFoundException(), new OutcomeRules().TreatAsSuccess<KeyNotFoundException>());

    [Fact, Trait("Spec", "CL9")]
    public async Task The_first_rule_that_fits_decides()
        => await ShouldCount(
            RecordedAs.Success,
            () => throw new FileNotFoundException(),
            new OutcomeRules().TreatAsSuccess<FileNotFoundException>().Ignore<IOException>());

    [Fact, Trait("Spec", "CL9")]
    public async Task A_rule_for_another_type_changes_nothing()
    {
        await ShouldCount(RecordedAs.Failure, () => throw new TimeoutException(), new OutcomeRules().Ignore<IOException>());
        await ShouldCount(RecordedAs.Failure, () => throw new TimeoutException(), new OutcomeRules().TreatAsSuccess<IOException>());
        new OutcomeRules().DoNotRetry<IOException>().Classify(new TimeoutException()).Should().Be(OutcomeClass.Failure);
    }

    [Fact, Trait("Spec", "CL9")]
    public void Each_rule_gives_its_class()
    {
        new OutcomeRules().Ignore<ArgumentException>().Classify(new ArgumentException("order")).Should().Be(OutcomeClass.Neutral);
        new OutcomeRules().TreatAsSuccess<ArgumentException>().Classify(new ArgumentException("order")).Should().Be(OutcomeClass.Success);
        new OutcomeRules().TreatAsFailure<ArgumentException>().Classify(new ArgumentException("order")).Should().Be(OutcomeClass.Failure);
        new OutcomeRules().DoNotRetry<IOException>().Classify(new IOException()).Should().Be(OutcomeClass.PermanentFailure);
    }

    [Fact, Trait("Spec", "CL9")]
    public void A_rule_whose_condition_does_not_hold_leaves_the_exception_to_the_next_rule()
        => new OutcomeRules().TreatAsSuccess<IOException>(static _ => false).Ignore<IOException>()
            .Classify(new IOException()).Should().Be(OutcomeClass.Neutral);

    [Fact, Trait("Spec", "CL9")]
    public void A_rule_whose_condition_holds_decides()
        => new OutcomeRules().TreatAsSuccess<IOException>(static exception => exception.Message == "busy").Ignore<IOException>()
            .Classify(new IOException("busy")).Should().Be(OutcomeClass.Success);

    [Safeguard("Several exceptions in one are judged one by one", SwitchedOff = "`OutcomeRules.Classify` has no case for `AggregateException`")]
    [Fact, Trait("Spec", "FR10")]
    public void Several_exceptions_in_one_are_what_the_worst_of_them_is()
    {
        var rules = new OutcomeRules().Ignore<IOException>()
            .TreatAsSuccess<KeyNotFoundException>()
            .DoNotRetry<InvalidDataException>()
            .TreatAsFailure<FormatException>();

        Classify(new IOException(), new FileNotFoundException()).Should().Be(OutcomeClass.Neutral);
        Classify(new IOException(), new KeyNotFoundException()).Should().Be(OutcomeClass.Success);
        Classify(new IOException(), new TimeoutException()).Should().Be(OutcomeClass.Failure);
        Classify(new KeyNotFoundException(), new FormatException()).Should().Be(OutcomeClass.Failure);
        Classify(new TimeoutException(), new InvalidDataException()).Should().Be(OutcomeClass.PermanentFailure);
        Classify(new TimeoutException(), new ArgumentException("order")).Should().Be(OutcomeClass.PermanentFailure);
        Classify(new AggregateException(new IOException())).Should().Be(OutcomeClass.Neutral);
        Classify(new IOException(), new InsufficientExecutionStackException()).Should().Be(OutcomeClass.PermanentFailure);
        Classify().Should().Be(OutcomeClass.Failure);
        new OutcomeRules().Ignore<AggregateException>().Classify(new AggregateException(new TimeoutException())).Should().Be(OutcomeClass.Neutral);

        OutcomeClass Classify(params Exception[] exceptions) => rules.Classify(new AggregateException(exceptions));
    }

    [Fact, Trait("Spec", "FR10")]
    public async Task Only_rejections_of_inner_circuits_in_one_exception_are_neutral_and_have_the_fallback_of_an_open_circuit()
    {
        var breaker = AfterFourFailures();
        var inner = new CircuitBreaker("inner", timeProvider: _clock);
        inner.Isolate();

        (await breaker.ExecuteAsync((_, _) => Rejected(), static (_, _, _) => new ValueTask<int>(7), 0)).Should().Be(7);

        breaker.ConsecutiveFailures.Should().Be(4);

        ValueTask<int> Rejected() => throw new AggregateException(inner.TryExecuteAsync(static (_, _) => new ValueTask<int>(1), 0).Result.Exception!);
    }

    [Fact, Trait("Spec", "CL10")]
    public async Task When_the_result_predicate_throws_that_is_the_outcome_and_counts_as_a_failure()
    {
        var breaker = AfterFourFailures();
        var operation = new ResilientOperation<int, int>(static (_, _) => new ValueTask<int>(1)) { IsFailure = static _ => throw new FormatException() };

        await breaker.Awaiting(b => b.ExecuteAsync(operation, 0).AsTask()).Should().ThrowAsync<FormatException>();

        breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "CL10")]
    public async Task When_a_rule_throws_its_exception_propagates_and_counts_as_a_failure()
    {
        var breaker = AfterFourFailures(new OutcomeRules().Ignore<Exception>(static _ => throw new FormatException()));

        await breaker.Awaiting(b => b.ExecuteAsync(static ValueTask<int> (_) => throw new TimeoutException()).AsTask()).Should().ThrowAsync<FormatException>();

        breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "CL10"), Trait("Spec", "HT9")]
    public async Task A_result_that_could_not_be_classified_is_disposed()
    {
        var result = new MemoryStream();
        var operation = new ResilientOperation<MemoryStream, MemoryStream>(static (state,
            _) => new(state))
        { IsFailure = static _ => throw new FormatException() };

        await AfterFourFailures().Awaiting(b => b.ExecuteAsync(operation, result).AsTask()).Should().ThrowAsync<FormatException>();

        result.CanRead.Should().BeFalse();
    }

    [Fact, Trait("Spec", "CL11")]
    public async Task It_makes_no_difference_whether_the_operation_throws_before_or_after_its_first_suspension()
    {
        await ShouldCount(RecordedAs.Failure, static ValueTask<int> () => throw new TimeoutException());
        await ShouldCount(RecordedAs.Failure, static async ValueTask<int> () =>
        {
            await Task.Yield();
            throw new TimeoutException();
        });
    }

    [Fact, Trait("Spec", "CL12")]
    public async Task A_null_task_is_a_failure()
    {
        var breaker = AfterFourFailures();
        Func<CancellationToken, Task<int>> broken = static _ => null!;

        await breaker.Awaiting(b => b.ExecuteAsync(broken).AsTask()).Should().ThrowAsync<InvalidOperationException>();

        breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "CL13")]
    public async Task A_fatal_exception_is_recorded_and_thrown_even_by_the_overload_that_does_not_throw()
    {
        var breaker = AfterFourFailures(new OutcomeRules().Ignore<Exception>());

        await breaker.Awaiting(b => b.TryExecuteAsync(static ValueTask<int> (_, _) => throw new InsufficientExecutionStackException(), 0).AsTask())
            .Should().ThrowAsync<InsufficientExecutionStackException>();

        breaker.State.Should().Be(CircuitState.Open);
    }

    private async Task ShouldCount(RecordedAs expected, Func<ValueTask<int>> operation, OutcomeRules? rules = null)
    {
        var breaker = AfterFourFailures(rules);
        await breaker.TryExecuteAsync((_, _) => operation(), 0);
        (expected switch
        {
            RecordedAs.Success => breaker is { State: CircuitState.Closed, ConsecutiveFailures: 0 },
            RecordedAs.Neutral => breaker is { State: CircuitState.Closed, ConsecutiveFailures: 4 },
            _ => breaker is { State: CircuitState.Open },
        }).Should().BeTrue($"the outcome is a {expected}; the circuit is {breaker.State} with {breaker.ConsecutiveFailures} failures");
    }

    private CircuitBreaker AfterFourFailures(OutcomeRules? rules = null)
    {
        var breaker = new CircuitBreaker("stock", outcomes: rules, timeProvider: _clock);
        breaker.Fail(4);
        return breaker;
    }

    private enum RecordedAs
    {
        Success,
        Failure,
        Neutral,
    }
}
