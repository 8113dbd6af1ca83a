using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>What a registry holds under one name: the pipeline itself and one for each key, each made on first use.</summary>
internal sealed class NamedPipeline
{
    private readonly ResiliencePipelineOptions _options;
    private readonly Lazy<ResiliencePipeline> _pipeline;
    private readonly Lazy<KeyedPipelines> _keyed;
    private volatile bool _isCalled;

    internal NamedPipeline(string name, ResiliencePipelineOptions options, TimeProvider? timeProvider, ILogger? logger)
    {
        _options = options.Copy();
        _pipeline = new(() => ResiliencePipeline.Create(name, _options, timeProvider, logger));
        _keyed = new(() => new KeyedPipelines(name, _options, timeProvider ?? TimeProvider.System, logger));
    }

    internal ResiliencePipelineOptions Options => _options.Copy();

    /// <summary>A name that is used with keys only shows no circuit itself.</summary>
    internal IEnumerable<CircuitBreaker> Circuits
    => [
        .. _isCalled || !_keyed.IsValueCreated ? new[] { _pipeline.Value.CircuitBreaker }.OfType<CircuitBreaker>() : [],
        .. _keyed.IsValueCreated ? _keyed.Value.Circuits : [],
    ];

    internal ResiliencePipeline Get()
    {
        _isCalled = true;
        return _pipeline.Value;
    }

    internal ResiliencePipeline Get(string key) => _keyed.Value.Get(key);
}
