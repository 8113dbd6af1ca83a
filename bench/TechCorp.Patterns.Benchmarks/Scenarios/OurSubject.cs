using TechCorp.Resilience;

namespace TechCorp.Patterns.Benchmarks;

internal sealed class OurSubject : ISubject
{
    private readonly ResiliencePipeline _pipeline;

    private OurSubject(Setup setup, TimeProvider timeProvider)
    {
        var options = new ResiliencePipelineOptions
        {
            CircuitBreaker = setup.Breaker ? new CircuitBreakerOptions() : null,
            Retry = setup.Retry ? new RetryOptions { RetryAfter = setup.RetryAfter, Budget = setup.Budget ? new RetryBudget() : null } : null,
            Timeout = setup.Timeout ? new TimeoutOptions { Mode = setup.Abandon ? TimeoutMode.Abandon : TimeoutMode.Cooperative } : null,
            Deadline = setup.Deadline,
        };
        if (setup.OnTransition is { } onTransition)
        {
            options.CircuitBreaker!.OnTransition = _ => onTransition();
        }

        if (setup.OnRetry is { } onRetry)
        {
            options.Retry!.OnRetry = _ => onRetry();
        }

        if (setup.IsFailure is { } isFailure)
        {
            options.Outcomes.TreatAsFailure(isFailure).TreatAsSuccess<Exception>();
        }

        _pipeline = ResiliencePipeline.Create("scenario", options, timeProvider);
    }

    public bool IsClosed => _pipeline.CircuitBreaker!.State == CircuitState.Closed;

    public static ISubject? Make(Setup setup, TimeProvider timeProvider) => new OurSubject(setup, timeProvider);

    public Task<int> CallAsync(Func<CancellationToken, Task<int>> operation, CancellationToken cancellationToken)
        => _pipeline.ExecuteAsync(operation, cancellationToken).AsTask();

    public bool IsRejection(Exception exception) => exception is CircuitOpenException;

    public bool IsTimeout(Exception exception) => exception is TimeoutRejectedException;

    public TimeSpan? RetryAfterOf(Exception rejection) => (rejection as CircuitOpenException)?.RetryAfter;

    public void Isolate() => _pipeline.CircuitBreaker!.Isolate();

    public void Reset() => _pipeline.CircuitBreaker!.Reset();
}
