namespace TechCorp.Resilience.Tests;

public sealed class FusedPipelineTests
{
    private readonly TestClock _clock = new();
    private readonly List<double> _attempts = [];

    [Safeguard("A call that the circuit would reject is not made to wait", SwitchedOff = "the circuit is not asked before the wait")]
    [Fact, Trait("Spec", "RT9")]
    public async Task When_the_circuit_opens_between_attempts_the_call_ends_at_once_with_the_failure_inside()
    {
        var pipeline = Create(new ResiliencePipelineOptions { CircuitBreaker = new() { FailureThreshold = 2 } });

        var thrown = (await Failing(pipeline).Should().ThrowAsync<CircuitOpenException>()).Which;

        thrown.InnerException.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Be("attempt 2");
        _attempts.Should().Equal(0, 1);
        _clock.Elapsed.TotalSeconds.Should().Be(1, "no time is spent on waiting for a rejection");
    }

    [Fact, Trait("Spec", "RT9"), Trait("Spec", "CB26")]
    public async Task When_the_circuit_opens_between_attempts_the_fallback_answers()
    {
        var pipeline = Create(new ResiliencePipelineOptions { CircuitBreaker = new() { FailureThreshold = 2 } });

        var answer = await _clock.RunAsync(pipeline.ExecuteAsync((_, _) => Attempted(), static (_, _, _) => new ValueTask<int>(-1), 0).AsTask());

        answer.Should().Be(-1);
    }

    [Fact, Trait("Spec", "RT1")]
    public async Task With_the_default_numbers_the_fifth_failure_opens_the_circuit_and_is_what_the_caller_gets()
    {
        var pipeline = Create(new ResiliencePipelineOptions());

        await Failing(pipeline).Should().ThrowExactlyAsync<InvalidOperationException>().WithMessage("attempt 5");

        _attempts.Should().Equal(0, 1, 3, 7, 15);
        pipeline.CircuitBreaker!.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "RT9")]
    public async Task By_choice_a_call_waits_for_the_circuit_and_becomes_its_probe()
    {
        var pipeline = Create(new ResiliencePipelineOptions
        {
            Retry = new RetryOptions { WaitForCircuit = true },
            CircuitBreaker = new() { FailureThreshold = 2 },
        });

        var result = await _clock.RunAsync(pipeline.ExecuteAsync((_, _) => Attempted(succeedOn: 3), 0).AsTask());

        result.Should().Be(3);
        _attempts.Should().Equal(0, 1, 31);
        pipeline.CircuitBreaker!.State.Should().Be(CircuitState.Closed);
    }

    [Safeguard("A call that the circuit would reject is not made to wait")]
    [Fact, Trait("Spec", "RT9")]
    public async Task A_call_that_comes_while_the_circuit_is_open_can_wait_too_without_spending_an_attempt()
    {
        var pipeline = Create(new ResiliencePipelineOptions { Retry = new RetryOptions { WaitForCircuit = true } });
        pipeline.CircuitBreaker!.Fail(5);
        var operation = new ResilientOperation<int, int>((_, attempt) => new ValueTask<int>(attempt.Number));

        var attempt = await _clock.RunAsync(pipeline.ExecuteAsync(operation, 0).AsTask());

        attempt.Should().Be(1);
        _clock.Elapsed.TotalSeconds.Should().Be(30);
    }

    [Safeguard("A call that the circuit would reject is not made to wait")]
    [Fact, Trait("Spec", "RT9")]
    public async Task It_does_not_wait_for_the_circuit_when_that_would_pass_the_deadline()
    {
        var pipeline = Create(new ResiliencePipelineOptions
        {
            Retry = new RetryOptions { WaitForCircuit = true },
            Deadline = TimeSpan.FromSeconds(20),
        });
        pipeline.CircuitBreaker!.Fail(5);

        await Failing(pipeline).Should().ThrowAsync<CircuitOpenException>();

        _clock.Elapsed.Should().Be(TimeSpan.Zero);
        _attempts.Should().BeEmpty();
    }

    [Safeguard("The deadline", SwitchedOff = "a wait may end after it")]
    [Fact, Trait("Spec", "RT13")]
    public async Task No_wait_is_begun_that_would_end_after_the_deadline()
    {
        var pipeline = Create(new ResiliencePipelineOptions { Deadline = TimeSpan.FromSeconds(6), CircuitBreaker = null });

        await Failing(pipeline).Should().ThrowAsync<InvalidOperationException>().WithMessage("attempt 3");

        _attempts.Should().Equal(0, 1, 3);
        _clock.Elapsed.TotalSeconds.Should().Be(3);
    }

    [Fact, Trait("Spec", "RT13"), Trait("Spec", "TO8")]
    public async Task The_deadline_cuts_a_running_attempt_short_and_says_that_it_was_the_deadline()
    {
        var pipeline = Create(new ResiliencePipelineOptions { Deadline = TimeSpan.FromSeconds(3) });
        var call = pipeline.ExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0);
        (await _clock.TimerSetAsync()).TotalSeconds.Should().Be(3);

        _clock.Advance(TimeSpan.FromSeconds(3));

        (await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutRejectedException>()).Which.Timeout.TotalSeconds.Should().Be(3);
    }

    [Fact, Trait("Spec", "HT1"), Trait("Spec", "CL6")]
    public async Task A_timed_out_attempt_is_followed_by_the_next_one()
    {
        var pipeline = Create(new ResiliencePipelineOptions());

        int attempt = await _clock.RunAsync(pipeline.ExecuteAsync(
            new ResilientOperation<int, int>((_, attempt) => attempt.Number < 2
                ? Hang.UntilCanceled<int>(attempt.CancellationToken)
                : new ValueTask<int>(attempt.Number)),
            0).AsTask());

        attempt.Should().Be(2);
        _clock.Elapsed.TotalSeconds.Should().Be(6);
    }

    [Fact, Trait("Spec", "RT23")]
    public async Task The_operation_sees_the_attempts_number_and_the_same_key_in_each()
    {
        var seen = new List<(int, string?)>();
        var operation = new ResilientOperation<string, int>((_, attempt) =>
        {
            seen.Add((attempt.Number, attempt.IdempotencyKey));
            return attempt.Number < 3 ? throw new TimeoutException() : new ValueTask<int>(0);
        })
        {
            IsUnsafe = true,
            IdempotencyKey = static order => $"charge-{order}",
        };

        await _clock.RunAsync(Create(new ResiliencePipelineOptions()).ExecuteAsync(operation, "17").AsTask());

        seen.Should().Equal((1, "charge-17"), (2, "charge-17"), (3, "charge-17"));
    }

    [Safeguard("No repetition without a key", SwitchedOff = "unsafe operations are repeated", Remark = "does not end: it waits for a second attempt")]
    [Theory, Trait("Spec", "RT24")]
    [InlineData(null)]
    [InlineData("")]
    public async Task An_unsafe_operation_without_a_key_gets_one_attempt(string? key)
    {
        var operation = new ResilientOperation<string?, int>((_, _) => Attempted()) { IsUnsafe = true, IdempotencyKey = static key => key };

        await Create(new ResiliencePipelineOptions()).Awaiting(p => p.ExecuteAsync(operation, key).AsTask()).Should().ThrowAsync<InvalidOperationException>();

        _attempts.Should().HaveCount(1);
    }

    [Theory, Trait("Spec", "RT13"), Trait("Spec", "TO8")]
    [InlineData(60, 5)]
    [InlineData(3, 3)]
    public async Task Of_deadline_and_limit_of_the_attempt_the_shorter_one_ends_it_and_is_named(int deadline, int expected)
    {
        var pipeline = Create(new ResiliencePipelineOptions { Deadline = TimeSpan.FromSeconds(deadline), Retry = null });
        var call = pipeline.ExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0);
        (await _clock.TimerSetAsync()).TotalSeconds.Should().Be(expected);

        _clock.Advance(TimeSpan.FromSeconds(expected));

        (await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutRejectedException>()).Which.Timeout.TotalSeconds.Should().Be(expected);
    }

    [Fact, Trait("Spec", "TO8")]
    public async Task When_deadline_and_limit_of_the_attempt_end_together_the_limit_is_named()
    {
        var pipeline = Create(new ResiliencePipelineOptions { Deadline = TimeSpan.FromSeconds(8) });

        Func<Task> call = () => _clock.RunAsync(pipeline.ExecuteAsync(
            new ResilientOperation<int, int>((_, attempt)
                => attempt.Number < 3 ? throw new TimeoutException() : Hang.UntilCanceled<int>(attempt.CancellationToken)),
            0).AsTask());

        (await call.Should().ThrowAsync<TimeoutRejectedException>()).Which.Timeout.TotalSeconds.Should().Be(5, "the third attempt begins 3 s after the call");
    }

    [Fact, Trait("Spec", "RT13")]
    public async Task A_deadline_without_a_limit_of_the_attempt_cuts_it_short_too()
    {
        var pipeline = Create(new ResiliencePipelineOptions { Deadline = TimeSpan.FromSeconds(3), Timeout = null });
        var call = pipeline.ExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0);

        (await _clock.TimerSetAsync()).TotalSeconds.Should().Be(3);
        _clock.Advance(TimeSpan.FromSeconds(3));

        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutRejectedException>();
    }

    [Fact, Trait("Spec", "RT6")]
    public async Task A_caller_that_cancels_between_two_attempts_gets_no_second_one_even_without_a_wait()
    {
        using var caller = new CancellationTokenSource();
        var pipeline = Create(new ResiliencePipelineOptions { Retry = new RetryOptions { BaseDelay = TimeSpan.Zero, OnRetry = _ => caller.Cancel() } });

        var thrown = (await pipeline.Awaiting(p => p.ExecuteAsync((_, _) => Attempted(), 0, caller.Token).AsTask())
            .Should().ThrowAsync<OperationCanceledException>().WithMessage("'gateway' was canceled while it waited for attempt 2.")).Which;

        thrown.InnerException.Should().BeOfType<InvalidOperationException>();
        _attempts.Should().HaveCount(1);
    }

    [Fact, Trait("Spec", "CL10")]
    public async Task A_result_that_could_not_be_judged_is_not_asked_for_again()
    {
        var attempts = 0;
        var operation = new ResilientOperation<int, int>((_, _) => new ValueTask<int>(++attempts)) { IsFailure = static _ => throw new FormatException() };

        await Create(new ResiliencePipelineOptions()).Awaiting(p => _clock.RunAsync(p.ExecuteAsync(operation, 0).AsTask())).Should()
            .ThrowAsync<FormatException>();

        attempts.Should().Be(1);
    }

    [Fact, Trait("Spec", "RT14")]
    public async Task A_success_that_comes_later_pays_into_the_budget_too()
    {
        var budget = new RetryBudget(ratio: 1, minimum: 1);
        var pipeline = Create(new ResiliencePipelineOptions { Retry = new RetryOptions { Budget = budget } });
        var answer = new TaskCompletionSource<int>();
        var call = pipeline.ExecuteAsync((_, _) => new ValueTask<int>(answer.Task), 0);

        answer.SetResult(1);
        await call;

        budget.Available.Should().Be(2);
    }

    private Func<Task<int>> Failing(ResiliencePipeline pipeline) => () => _clock.RunAsync(pipeline.ExecuteAsync((_, _) => Attempted(), 0).AsTask());

    private ResiliencePipeline Create(ResiliencePipelineOptions options) => ResiliencePipeline.Create("gateway", options, _clock);

    private ValueTask<int> Attempted(int succeedOn = int.MaxValue)
    {
        _attempts.Add(_clock.Elapsed.TotalSeconds);
        return _attempts.Count < succeedOn ? throw new InvalidOperationException($"attempt {_attempts.Count}") : new ValueTask<int>(_attempts.Count);
    }
}
