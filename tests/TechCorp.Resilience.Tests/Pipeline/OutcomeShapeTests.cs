namespace TechCorp.Resilience.Tests;

public sealed class OutcomeShapeTests
{
    private readonly TestClock _clock = new();

    [Fact, Trait("Spec", "RT13")]
    public async Task The_deadline_holds_from_the_begin_of_the_call()
    {
        var pipeline = Create(new ResiliencePipelineOptions { Deadline = TimeSpan.FromSeconds(3) });
        var call = pipeline.TryExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0);
        (await _clock.TimerSetAsync()).TotalSeconds.Should().Be(3);

        _clock.Advance(TimeSpan.FromSeconds(3));

        (await call).Exception.Should().BeOfType<TimeoutRejectedException>();
    }

    [Fact, Trait("Spec", "RT19")]
    public async Task A_success_that_completes_at_once_is_recorded_and_reads_no_clock()
    {
        var pipeline = Create(new ResiliencePipelineOptions());
        pipeline.CircuitBreaker!.Fail(4);
        var reads = _clock.TimestampReads;

        var outcome = await pipeline.TryExecuteAsync(static (_, _) => new ValueTask<int>(7), 0);

        outcome.Value.Should().Be(7);
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(0);
        _clock.TimestampReads.Should().Be(reads);
    }

    [Fact, Trait("Spec", "CB26")]
    public async Task An_open_circuit_lets_the_fallback_answer()
    {
        var pipeline = Create(new ResiliencePipelineOptions());
        pipeline.CircuitBreaker!.Isolate();
        var operation = new ResilientOperation<int, int>(static (_, _) => new ValueTask<int>(1)) { Fallback = static (_, _, _) => new ValueTask<int>(-1) };

        (await pipeline.TryExecuteAsync(operation, 0)).Value.Should().Be(-1);
    }

    [Fact, Trait("Spec", "RT9")]
    public async Task By_choice_it_waits_for_the_circuit()
    {
        var pipeline = Create(new ResiliencePipelineOptions { Retry = new RetryOptions { WaitForCircuit = true } });
        pipeline.CircuitBreaker!.Fail(5);

        var outcome = await _clock.RunAsync(pipeline.TryExecuteAsync(static (_, _) => new ValueTask<int>(7), 0).AsTask());

        outcome.Value.Should().Be(7);
        _clock.Elapsed.TotalSeconds.Should().Be(30);
    }

    [Fact, Trait("Spec", "RT9")]
    public async Task A_circuit_that_opens_between_attempts_rejects_with_the_last_failure_inside()
    {
        var pipeline = Create(new ResiliencePipelineOptions { CircuitBreaker = new() { FailureThreshold = 1 } });
        var last = new TimeoutException();

        var outcome = await pipeline.TryExecuteAsync(ValueTask<int> (_, _) => throw last, 0);

        outcome.Status.Should().Be(OutcomeStatus.Rejected);
        outcome.Exception.Should().BeOfType<CircuitOpenException>().Which.InnerException.Should().BeSameAs(last);
    }

    [Fact, Trait("Spec", "RT9")]
    public async Task A_circuit_that_others_open_during_the_wait_rejects_with_the_calls_own_failure_inside()
    {
        var pipeline = Create(new ResiliencePipelineOptions());
        var own = new TimeoutException();
        var call = pipeline.TryExecuteAsync(ValueTask<int> (_, _) => throw own, 0);
        await _clock.TimerSetAsync();

        pipeline.CircuitBreaker!.Fail(4);
        _clock.Advance(TimeSpan.FromSeconds(1));

        (await call).Exception.Should().BeOfType<CircuitOpenException>().Which.InnerException.Should().BeSameAs(own);
    }

    [Fact, Trait("Spec", "CL4")]
    public async Task A_cancellation_that_carries_the_callers_token_is_given_back_as_it_is()
    {
        using var caller = new CancellationTokenSource();
        var own = new OperationCanceledException(caller.Token);

        var outcome = await Create(new ResiliencePipelineOptions()).TryExecuteAsync(
            ValueTask<int> (_, _) =>
            {
                caller.Cancel();
                throw own;
            },
            0,
            caller.Token);

        outcome.Exception.Should().BeSameAs(own);
    }

    [Theory, Trait("Spec", "RT12")]
    [InlineData(-30, 0)]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    public async Task The_asked_wait_in_the_outcome_is_never_negative(int asked, int reported)
    {
        var pipeline = Create(new ResiliencePipelineOptions { Retry = null });
        var operation = new ResilientOperation<int, int>(static (_, _) => new ValueTask<int>(503))
        {
            IsFailure = static _ => true,
            RetryAfter = _ => TimeSpan.FromSeconds(asked),
        };

        (await pipeline.TryExecuteAsync(operation, 0)).RetryAfter.Should().Be(TimeSpan.FromSeconds(reported));
    }

    [Fact]
    public void The_default_outcome_says_that_it_is_one()
        => default(Outcome<int>).Invoking(o => o.GetValueOrThrow()).Should().Throw<InvalidOperationException>()
            .WithMessage("The default outcome has neither a value nor an exception.");

    private ResiliencePipeline Create(ResiliencePipelineOptions options) => ResiliencePipeline.Create("gateway", options, _clock);
}
