using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>What a pipeline keeps when its options are replaced: its circuit, its concurrency limit and its retry budget, with what they know.</summary>
internal sealed class PipelineParts(string name, ResiliencePipelineOptions options, TimeProvider? timeProvider, ILogger? logger)
{
    private readonly Lock _gate = new();
    private ConcurrencyLimiter? _limiter; // guarded by _gate; stays while its stage is left out
    private RetryBudget? _budget; // guarded by _gate; likewise

    /// <summary>Is there or not for the life of the pipeline: users hold it.</summary>
    internal CircuitBreaker? CircuitBreaker { get; } = options.CircuitBreaker is null
        ? null
        : new CircuitBreaker(name, options.CircuitBreaker, options.Outcomes, timeProvider, logger);

    /// <summary>What would be lost with it.</summary>
    internal CircuitMemory Memory
    {
        get
        {
            ConcurrencyLimiter? limiter;
            lock (_gate)
            {
                limiter = _limiter;
            }

            var circuit = CircuitBreaker?.Memory ?? CircuitMemory.None;
            return limiter is { IsBusy: true } && circuit < CircuitMemory.Busy ? CircuitMemory.Busy : circuit;
        }
    }

    /// <summary>The stages for these options, which are valid and nobody else's. What is kept follows them.</summary>
    internal PipelineStages StagesOf(ResiliencePipelineOptions copy)
    {
        lock (_gate)
        {
            if (copy.CircuitBreaker is not null)
            {
                CircuitBreaker?.Executor.Circuit!.Apply(copy.CircuitBreaker);
            }

            if (copy.ConcurrencyLimit is { } limit)
            {
                (_limiter ??= new ConcurrencyLimiter(name, limit)).Apply(limit);
            }

            if (copy.Retry?.Budget is { } budget)
            {
                copy.Retry.Budget = _budget ??= budget;
            }

            return new PipelineStages(name, timeProvider, logger)
            {
                Timeout = copy.Timeout,
                Retry = copy.Retry,
                Limiter = copy.ConcurrencyLimit is null ? null : _limiter,
                Outcomes = copy.Outcomes,
                Deadline = copy.Deadline,
                FallbackOnFailure = copy.FallbackOnFailure,
                Circuit = CircuitBreaker?.Executor.Circuit,
            };
        }
    }
}
