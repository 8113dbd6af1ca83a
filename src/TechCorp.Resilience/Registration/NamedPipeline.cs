using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>What a registry holds under one name: the pipeline itself and one for each key, each made on first use.</summary>
internal sealed class NamedPipeline
{
    private readonly Lock _gate = new();
    private readonly string _name;
    private readonly TimeProvider? _timeProvider;
    private readonly ILogger? _logger;
    private readonly Lazy<KeyedPipelines> _keyed;
    private volatile ResiliencePipelineOptions _options; // written under _gate
    private volatile ResiliencePipeline? _pipeline; // written under _gate
    private volatile bool _isCalled;

    internal NamedPipeline(string name, ResiliencePipelineOptions options, TimeProvider? timeProvider, ILogger? logger)
    {
        _name = name;
        _timeProvider = timeProvider;
        _logger = logger;
        _options = options.Copy();
        _keyed = new(() => new KeyedPipelines(name, () => _options, timeProvider ?? TimeProvider.System, logger));
    }

    internal ResiliencePipelineOptions Options => _options.Copy();

    /// <summary>A name that is used with keys only shows no circuit itself.</summary>
    internal IEnumerable<CircuitBreaker> Circuits
    => [
        .. _isCalled || !_keyed.IsValueCreated ? new[] { Made().CircuitBreaker }.OfType<CircuitBreaker>() : [],
        .. _keyed.IsValueCreated ? _keyed.Value.Circuits : [],
    ];

    internal ResiliencePipeline Get()
    {
        _isCalled = true;
        return Made();
    }

    internal ResiliencePipeline Get(string key) => _keyed.Value.Get(key);

    /// <summary>Lets new calls follow other options. A pipeline of a key follows when it is asked for.</summary>
    internal void Apply(ResiliencePipelineOptions options)
    {
        lock (_gate)
        {
            _options = options.Copy();
            _pipeline?.Apply(_options);
        }
    }

    private ResiliencePipeline Made()
    {
        if (_pipeline is { } made)
        {
            return made;
        }

        lock (_gate)
        {
            return _pipeline ??= ResiliencePipeline.Create(_name, _options, _timeProvider, _logger);
        }
    }
}
