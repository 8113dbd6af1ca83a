namespace TechCorp.Resilience.Tests;

public sealed class FallbackTests
{
    private readonly TestClock _clock = new();

    [Fact, Trait("Spec", "CB26")]
    public async Task When_the_circuit_is_open_the_fallback_answers_once_and_is_not_recorded()
    {
        var breaker = OpenBreaker();
        var reasons = new List<Exception?>();

        var answer = await breaker.ExecuteAsync(
            static (_, _) => new ValueTask<string>("charged"),
            (_, reason, _) => { reasons.Add(reason); return new ValueTask<string>("queued"); },
            0);

        answer.Should().Be("queued");
        reasons.Should().ContainSingle().Which.Should().BeOfType<CircuitOpenException>();
        breaker.Generation.Should().Be(1);
        breaker.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "CB27")]
    public async Task When_the_dependency_fails_while_closed_the_exception_propagates()
    {
        var breaker = new CircuitBreaker("gateway", timeProvider: _clock);

        Func<Task> call = async () => await breaker.ExecuteAsync(
            static ValueTask<string> (_, _) => throw new TimeoutException("gateway"),
            static (_, _, _) => new ValueTask<string>("queued"),
            0);

        await call.Should().ThrowAsync<TimeoutException>();
    }

    [Fact, Trait("Spec", "CB27")]
    public async Task By_choice_the_fallback_answers_for_failures_too()
    {
        var pipeline = ResiliencePipeline.Create(
            "gateway", new ResiliencePipelineOptions { FallbackOnFailure = true, Retry = null }, _clock);

        var answer = await pipeline.ExecuteAsync(
            static ValueTask<string> (_, _) => throw new TimeoutException("gateway"),
            static (_, reason, _) => new ValueTask<string>(reason!.Message),
            0);

        answer.Should().Be("gateway");
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(1);
    }

    [Fact, Trait("Spec", "CB27")]
    public async Task A_cancellation_by_the_caller_never_falls_back()
    {
        var pipeline = ResiliencePipeline.Create("gateway", new ResiliencePipelineOptions { FallbackOnFailure = true }, _clock);
        using var caller = new CancellationTokenSource();

        var call = pipeline.ExecuteAsync(
            static ValueTask<string> (_, token) => Hang.UntilCanceled<string>(token),
            static (_, _, _) => new ValueTask<string>("queued"),
            0,
            caller.Token);
        await caller.CancelAsync();

        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact, Trait("Spec", "CB27"), Trait("Spec", "CL9")]
    public async Task An_exception_that_is_no_failure_is_the_callers_even_if_failures_fall_back()
    {
        var options = new ResiliencePipelineOptions
        {
            FallbackOnFailure = true,
            Outcomes = new OutcomeRules().TreatAsSuccess<KeyNotFoundException>().Ignore<FormatException>(),
        };
        var pipeline = ResiliencePipeline.Create("gateway", options, _clock);

        await FallsBack(new KeyNotFoundException()).Should().ThrowAsync<KeyNotFoundException>();
        await FallsBack(new FormatException()).Should().ThrowAsync<FormatException>();

        Func<Task> FallsBack(Exception exception) => async () => await pipeline.ExecuteAsync(
            ValueTask<string> (_, _) => throw exception, static (_, _, _) => new ValueTask<string>("queued"), 0);
    }

    [Fact, Trait("Spec", "CB28")]
    public async Task A_fallback_that_throws_carries_the_open_circuit_as_its_reason()
    {
        var breaker = OpenBreaker();

        Func<Task> call = async () => await breaker.ExecuteAsync(
            static (_, _) => new ValueTask<string>("charged"),
            static ValueTask<string> (_, _, _) => throw new FormatException("queue is down"),
            0);

        var thrown = (await call.Should().ThrowAsync<FormatException>()).Which;
        thrown.Data[ResiliencePipeline.FallbackReasonKey].Should().BeOfType<CircuitOpenException>();
        breaker.Generation.Should().Be(1);
    }

    [Fact, Trait("Spec", "CL13")]
    public async Task A_fatal_exception_is_recorded_and_never_replaced()
    {
        var pipeline = ResiliencePipeline.Create("gateway", new ResiliencePipelineOptions { FallbackOnFailure = true }, _clock);
        var attempts = 0;

        Func<Task> call = async () => await pipeline.ExecuteAsync(
            ValueTask<string> (_, _) => { attempts++; throw new InsufficientExecutionStackException(); },
            static (_, _, _) => new ValueTask<string>("queued"),
            0);

        await call.Should().ThrowAsync<InsufficientExecutionStackException>();
        attempts.Should().Be(1);
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(1);
    }

    private CircuitBreaker OpenBreaker()
    {
        var breaker = new CircuitBreaker("gateway", timeProvider: _clock);
        breaker.Fail(5);
        return breaker;
    }
}
