using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>One pipeline, and so one circuit and one retry budget, for each key under one name. Bounded: idle ones are dropped.</summary>
internal sealed class KeyedPipelines
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(10);
    private readonly IdleMap<string, KeyedPipeline> _pipelines;
    private readonly Func<ResiliencePipelineOptions> _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger? _logger;

    internal KeyedPipelines(string name, Func<ResiliencePipelineOptions> options, TimeProvider timeProvider, ILogger? logger)
    {
        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
        _pipelines = new IdleMap<string, KeyedPipeline>(
            key => Make($"{name} {key}"),
            static keyed => keyed.Pipeline.Memory,
            IdleAfter,
            Capacity,
            new MonotonicClock(timeProvider));
    }

    internal IEnumerable<CircuitBreaker> Circuits => _pipelines.Values.Select(keyed => keyed.Pipeline.CircuitBreaker).OfType<CircuitBreaker>();

    internal ResiliencePipeline Get(string key)
    {
        var keyed = _pipelines.Get(key);
        if (!ReferenceEquals(keyed.Followed, _options()))
        {
            keyed.Follow(_options);
        }

        return keyed.Pipeline;
    }

    private static ResiliencePipelineOptions OfKey(ResiliencePipelineOptions options)
    {
        var copy = options.Copy();
        if (copy.Retry?.Budget is { } budget)
        {
            copy.Retry.Budget = budget.Another();
        }

        return copy;
    }

    private KeyedPipeline Make(string name)
    {
        var options = _options();
        return new KeyedPipeline(ResiliencePipeline.Create(name, OfKey(options), _timeProvider, _logger), options);
    }

    private sealed class KeyedPipeline(ResiliencePipeline pipeline, ResiliencePipelineOptions followed)
    {
        private readonly Lock _gate = new();
        private volatile ResiliencePipelineOptions _followed = followed; // written under _gate

        internal ResiliencePipeline Pipeline => pipeline;

        /// <summary>The options of the name that it follows.</summary>
        internal ResiliencePipelineOptions Followed => _followed;

        /// <summary>Follows the newest options, read here: callers that saw two reloads come here in any order.</summary>
        internal void Follow(Func<ResiliencePipelineOptions> newest)
        {
            lock (_gate)
            {
                var options = newest();
                if (!ReferenceEquals(_followed, options))
                {
                    pipeline.Apply(OfKey(options));
                    _followed = options;
                }
            }
        }
    }
}
