using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>Polly with its defaults, and with the numbers closest to ours: 5 failures, 30 s; delays of 1, 2, 4 and 8 s; timeout 5 s.</summary>
internal sealed class PollySubject : ISubject
{
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly CircuitBreakerManualControl _control = new();
    private readonly ResiliencePipeline _pipeline;

    private PollySubject(Setup setup, TimeProvider timeProvider)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = timeProvider };
        if (setup.Deadline is { } deadline)
        {
            builder.AddTimeout(deadline);
        }

        if (setup.Retry)
        {
            builder.AddRetry(Retry(setup));
        }

        if (setup.Breaker)
        {
            builder.AddCircuitBreaker(Breaker(setup));
        }

        if (setup.Timeout)
        {
            builder.AddTimeout(TimeSpan.FromSeconds(5));
        }

        _pipeline = builder.Build();
    }

    public bool IsClosed => _state.CircuitState == CircuitState.Closed;

    /// <returns>Null if Polly does not offer what the setup needs.</returns>
    public static ISubject? Make(Setup setup, TimeProvider timeProvider) => setup.Budget || setup.Abandon ? null : new PollySubject(setup, timeProvider);

    public Task<int> CallAsync(Func<CancellationToken, Task<int>> operation, CancellationToken cancellationToken)
        => _pipeline.ExecuteAsync(token => new ValueTask<int>(operation(token)), cancellationToken).AsTask();

    public bool IsRejection(Exception exception) => exception is BrokenCircuitException;

    public bool IsTimeout(Exception exception) => exception is TimeoutRejectedException;

    public TimeSpan? RetryAfterOf(Exception rejection) => (rejection as BrokenCircuitException)?.RetryAfter;

    public void Isolate() => _control.IsolateAsync().GetAwaiter().GetResult();

    public void Reset() => _control.CloseAsync().GetAwaiter().GetResult();

    private CircuitBreakerStrategyOptions Breaker(Setup setup)
    {
        var options = new CircuitBreakerStrategyOptions
        {
            FailureRatio = 1,
            MinimumThroughput = 5,
            BreakDuration = TimeSpan.FromSeconds(30),
            StateProvider = _state,
            ManualControl = _control,
        };
        if (setup.IsFailure is { } isFailure)
        {
            options.ShouldHandle = args => new(args.Outcome.Exception is { } exception && isFailure(exception));
        }

        if (setup.OnTransition is { } onTransition)
        {
            options.OnOpened = _ => Tell(onTransition);
            options.OnClosed = _ => Tell(onTransition);
            options.OnHalfOpened = _ => Tell(onTransition);
        }

        return options;
    }

    private static RetryStrategyOptions Retry(Setup setup)
    {
        var options = new RetryStrategyOptions
        {
            MaxRetryAttempts = 4,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromSeconds(1),
            MaxDelay = TimeSpan.FromSeconds(8),
        };
        if (setup.RetryAfter is { } retryAfter)
        {
            options.DelayGenerator = args => new(args.Outcome.Exception is { } exception ? retryAfter(exception) : null);
        }

        if (setup.OnRetry is { } onRetry)
        {
            options.OnRetry = _ => Tell(onRetry);
        }

        return options;
    }

    private static ValueTask Tell(Action callback)
    {
        callback();
        return default;
    }
}
