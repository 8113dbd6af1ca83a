using static TechCorp.Resilience.Tests.CallersContext;

namespace TechCorp.Resilience.Tests;

/// <summary>A caller with one thread, such as a window, may block on a call: the call must not need that thread to end.</summary>
public sealed class CallersContextTests
{
    private readonly TestClock _clock = new();
    private readonly TaskCompletionSource<int> _answer = new();
    private readonly ResiliencePipeline _pipeline;

    public CallersContextTests() => _pipeline = ResiliencePipeline.Create("window", timeProvider: _clock);

    [Fact]
    public void An_operation_that_suspends_goes_on_elsewhere() => ShouldNotPost(
        () => _pipeline.ExecuteAsync((_, _) => new ValueTask<int>(_answer.Task), 0).AsTask(),
        () => _answer.SetResult(1));

    [Fact]
    public void An_operation_without_a_result_goes_on_elsewhere() => ShouldNotPost(
        () => _pipeline.ExecuteAsync((_, _) => new ValueTask(_answer.Task), 0).AsTask(),
        () => _answer.SetResult(1));

    [Fact]
    public void An_operation_that_returns_a_task_goes_on_elsewhere() => ShouldNotPost(
        () => _pipeline.ExecuteAsync(Task (_) => _answer.Task).AsTask(),
        () => _answer.SetResult(1));

    [Fact]
    public void A_wait_between_attempts_ends_elsewhere() => ShouldNotPost(
        () =>
        {
            var attempts = 0;
            return _pipeline.ExecuteAsync((_, _) => ++attempts == 1 ? throw new TimeoutException() : new ValueTask<int>(1), 0).AsTask();
        },
        () => _clock.Advance(TimeSpan.FromSeconds(1)));

    [Fact]
    public void A_fallback_goes_on_elsewhere() => ShouldNotPost(
        () =>
        {
            _pipeline.CircuitBreaker!.Isolate();
            return _pipeline.ExecuteAsync(static (_, _) => new ValueTask<int>(1), (_, _, _) => new ValueTask<int>(_answer.Task), 0).AsTask();
        },
        () => _answer.SetResult(1));

    [Fact]
    public void An_operation_that_may_be_abandoned_goes_on_elsewhere() => ShouldNotPost(
        () => ResiliencePipeline.Create("window", new ResiliencePipelineOptions { Timeout = new() { Mode = TimeoutMode.Abandon } }, _clock)
            .ExecuteAsync((_, _) => new ValueTask<int>(_answer.Task), 0).AsTask(),
        () => _answer.SetResult(1));

    [Fact]
    public void An_idempotent_operation_goes_on_elsewhere() => ShouldNotPost(
        () =>
        {
            var operation = new IdempotentOperation<int, int>(
                (_, _, _) => new ValueTask<int>(_answer.Task), "number", ShopJson.Default.Int32);
            return new IdempotencyExecutor(new InMemoryIdempotencyStore(timeProvider: _clock), timeProvider: _clock)
                .ExecuteAsync(operation, new IdempotencyKey("window", "1"), Fingerprint.None, 0).AsTask();
        },
        () => _answer.SetResult(1));
}
