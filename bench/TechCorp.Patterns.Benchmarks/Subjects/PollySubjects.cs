using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>The same calls with Polly: state instead of closures and static delegates; pooled contexts and outcomes for the rows in which our side
/// throws no exception either.</summary>
/// <remarks>
/// Polly has no breaker that counts failures in a row; the nearest is a failure ratio of 1 over at least 5 calls. It has no permits; the nearest is an
/// outcome of an operation that does nothing. It counts no slow calls; the nearest is an operation that measures itself and fails when it was slow.
/// </remarks>
internal sealed class PollySubjects
{
    private readonly ResiliencePipeline _breaker = new ResiliencePipelineBuilder().AddCircuitBreaker(Breaker()).Build();
    private readonly ResiliencePipeline _open;
    private readonly ResiliencePipeline _retry = new ResiliencePipelineBuilder().AddRetry(Retry()).Build();
    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder()
        .AddRetry(Retry())
        .AddCircuitBreaker(Breaker())
        .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(5) })
        .Build();

    private readonly ResiliencePipeline _ratio = new ResiliencePipelineBuilder()
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions { FailureRatio = 0.5, MinimumThroughput = 100, SamplingDuration = TimeSpan.FromSeconds(30) })
        .Build();

    private readonly ResiliencePipeline _limit = new ResiliencePipelineBuilder().AddConcurrencyLimiter(permitLimit: 100, queueLimit: 100).Build();

    private readonly SuspendingSource _source = new();

    public PollySubjects()
    {
        var options = Breaker();
        options.BreakDuration = TimeSpan.FromMinutes(10);
        var state = new CircuitBreakerStateProvider();
        options.StateProvider = state;
        _open = new ResiliencePipelineBuilder().AddCircuitBreaker(options).Build();
        while (state.CircuitState != CircuitState.Open)
        {
            var context = ResilienceContextPool.Shared.Get();
            _ = _open.ExecuteOutcomeAsync(static (_, _) => Outcome.FromExceptionAsValueTask<int>(new TimeoutException()), context, 1).Result;
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public int BreakerSync() => Now(_breaker.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int BreakerAsync() => Later(_breaker.ExecuteAsync(static (source, _) => source.Begin(), _source));

    public int Permit() => OutcomeOf(_breaker);

    public int RetryFirstTry() => Now(_retry.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int PipelineSync() => Now(_pipeline.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int PipelineAsync() => Later(_pipeline.ExecuteAsync(static (source, _) => source.Begin(), _source));

    public int Reject()
    {
        var context = ResilienceContextPool.Shared.Get();
        var outcome = _open.ExecuteOutcomeAsync(static (_, state) => Outcome.FromResultAsValueTask(state), context, 1).Result;
        ResilienceContextPool.Shared.Return(context);
        return outcome.Exception is BrokenCircuitException ? 1 : throw new InvalidOperationException("The circuit is expected to be open.");
    }

    public int BreakerOutcome() => OutcomeOf(_breaker);

    public int RetryOutcome() => OutcomeOf(_retry);

    public int PipelineOutcome() => OutcomeOf(_pipeline);

    public int RatioSync() => Now(_ratio.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int SlowSync() => Now(_breaker.ExecuteAsync(static (state, _) =>
    {
        var begun = TimeProvider.System.GetTimestamp();
        var call = new ValueTask<int>(state);
        return TimeProvider.System.GetElapsedTime(begun) <= TimeSpan.FromSeconds(1) ? call : throw new TimeoutException();
    }, 1));

    public int LimitSync() => Now(_limit.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int LimitAsync() => Later(_limit.ExecuteAsync(static (source, _) => source.Begin(), _source));

    /// <summary>The fastest way to call Polly: a pooled context, and outcomes instead of exceptions.</summary>
    private static int OutcomeOf(ResiliencePipeline pipeline)
    {
        var context = ResilienceContextPool.Shared.Get();
        var outcome = pipeline.ExecuteOutcomeAsync(static (_, state) => Outcome.FromResultAsValueTask(state), context, 1).Result;
        ResilienceContextPool.Shared.Return(context);
        return outcome.Result;
    }

    private static CircuitBreakerStrategyOptions Breaker() => new()
    {
        FailureRatio = 1,
        MinimumThroughput = 5,
        BreakDuration = TimeSpan.FromSeconds(30),
    };

    private static RetryStrategyOptions Retry() => new()
    {
        MaxRetryAttempts = 4,
        BackoffType = DelayBackoffType.Exponential,
        Delay = TimeSpan.FromSeconds(1),
        MaxDelay = TimeSpan.FromSeconds(8),
    };

    private static int Now(ValueTask<int> call)
        => call.IsCompletedSuccessfully ? call.Result : throw new InvalidOperationException("The call is expected to be complete.");

    private int Later(ValueTask<int> call)
    {
        if (call.IsCompleted)
        {
            throw new InvalidOperationException("The call is expected to be suspended.");
        }

        _source.Finish();
        return call.GetAwaiter().GetResult();
    }
}
