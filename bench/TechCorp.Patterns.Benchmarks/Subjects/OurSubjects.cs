using TechCorp.Resilience;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>One call of each row on our side, with default options.</summary>
internal sealed class OurSubjects
{
    private readonly CircuitBreaker _breaker = new("bench");
    private readonly CircuitBreaker _open = new("bench-open", new CircuitBreakerOptions { RecoveryTimeout = TimeSpan.FromMinutes(10) });
    private readonly RetryPolicy _retry = new("bench");
    private readonly ResiliencePipeline _pipeline = ResiliencePipeline.Create("bench");
    private readonly CircuitBreaker _ratio = new("bench-ratio", new CircuitBreakerOptions { FailureRatio = 0.5 });
    private readonly CircuitBreaker _slow = new("bench-slow", new CircuitBreakerOptions { SlowCallDuration = TimeSpan.FromSeconds(1) });
    private readonly ResiliencePipeline _limit = ResiliencePipeline.Create(
        "bench-limit",
        new ResiliencePipelineOptions
        {
            Timeout = null,
            Retry = null,
            CircuitBreaker = null,
            ConcurrencyLimit = new() { PermitLimit = 100, QueueLimit = 100 },
        });

    private readonly SuspendingSource _source = new();

    public OurSubjects()
    {
        while (_open.TryEnter(out var permit))
        {
            permit.RecordFailure();
        }
    }

    public int BreakerSync() => Now(_breaker.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int BreakerAsync() => Later(_breaker.ExecuteAsync(static (source, _) => source.Begin(), _source));

    public int Permit()
    {
        if (!_breaker.TryEnter(out var permit))
        {
            throw new InvalidOperationException("The circuit is expected to be closed.");
        }

        return permit.RecordSuccess() ? 0 : 1;
    }

    public int RetryFirstTry() => Now(_retry.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int PipelineSync() => Now(_pipeline.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int PipelineAsync() => Later(_pipeline.ExecuteAsync(static (source, _) => source.Begin(), _source));

    public int Reject()
    {
        var rejected = _open.TryExecuteAsync(static (state, _) => new ValueTask<int>(state), 1);
        var outcome = rejected.Result;
        return outcome.Status == OutcomeStatus.Rejected ? 1 : throw new InvalidOperationException("The circuit is expected to be open.");
    }

    public int BreakerOutcome() => Now(_breaker.TryExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int RetryOutcome() => Now(_retry.TryExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int PipelineOutcome() => Now(_pipeline.TryExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int RatioSync() => Now(_ratio.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int SlowSync() => Now(_slow.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int LimitSync() => Now(_limit.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1));

    public int LimitAsync() => Later(_limit.ExecuteAsync(static (source, _) => source.Begin(), _source));

    private static int Now(ValueTask<int> call)
        => call.IsCompletedSuccessfully ? call.Result : throw new InvalidOperationException("The call is expected to be complete.");

    private static int Now(ValueTask<Outcome<int>> call)
    {
        var outcome = call.Result;
        return outcome.Status == OutcomeStatus.Success ? outcome.Value : throw new InvalidOperationException("The call is expected to succeed.");
    }

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
