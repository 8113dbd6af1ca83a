using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>One pipeline, and so one circuit and one retry budget, for each key under one name. Bounded: idle ones are dropped.</summary>
internal sealed class KeyedPipelines
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(10);
    private readonly IdleMap<string, ResiliencePipeline> _pipelines;
    private readonly ResiliencePipelineOptions _options;

    internal KeyedPipelines(string name, ResiliencePipelineOptions options, TimeProvider timeProvider, ILogger? logger)
    {
        _options = options;
        _pipelines = new IdleMap<string, ResiliencePipeline>(
            key => ResiliencePipeline.Create($"{name} {key}", OptionsOfKey(), timeProvider, logger),
            static pipeline => pipeline.CircuitBreaker?.Memory ?? CircuitMemory.None,
            IdleAfter,
            Capacity,
            new MonotonicClock(timeProvider));
    }

    internal IEnumerable<CircuitBreaker> Circuits => _pipelines.Values.Select(pipeline => pipeline.CircuitBreaker).OfType<CircuitBreaker>();

    internal ResiliencePipeline Get(string key) => _pipelines.Get(key);

    private ResiliencePipelineOptions OptionsOfKey()
    {
        var options = _options.Copy();
        if (options.Retry?.Budget is { } budget)
        {
            options.Retry.Budget = budget.Another();
        }

        return options;
    }
}
