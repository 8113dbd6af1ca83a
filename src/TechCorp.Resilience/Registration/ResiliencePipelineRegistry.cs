using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience;

/// <summary>The named pipelines of a container, each made once. Safe for use by many threads.</summary>
public sealed class ResiliencePipelineRegistry
{
    private readonly Dictionary<string, NamedPipeline> _pipelines = new(StringComparer.OrdinalIgnoreCase);

    internal ResiliencePipelineRegistry(IOptions<ResilienceSettings> settings, TimeProvider? timeProvider = null, ILoggerFactory? loggers = null)
        : this(settings.Value.Pipelines, timeProvider, loggers?.CreateLogger("TechCorp.Resilience"))
    {
    }

    private ResiliencePipelineRegistry(
        IEnumerable<KeyValuePair<string, ResiliencePipelineOptions>> pipelines,
        TimeProvider? timeProvider,
        ILogger? logger)
    {
        foreach ((var name, var options) in pipelines)
        {
            _pipelines.Add(name, new NamedPipeline(name, options, timeProvider, logger));
        }
    }

    /// <summary>The names.</summary>
    public IReadOnlyCollection<string> Names => _pipelines.Keys;

    /// <summary>Every circuit, for health checks: those of the pipelines, and one for each key that a pipeline was asked for.</summary>
    /// <remarks>A pipeline that is only used with keys, as HTTP handlers do, has no circuit itself.</remarks>
    public IReadOnlyCollection<CircuitBreaker> Circuits => [.. _pipelines.Values.SelectMany(named => named.Circuits)];

    /// <summary>Makes a registry without a container.</summary>
    /// <param name="pipelines">The options of each name, which does not distinguish case. Copied: later changes have no effect.</param>
    /// <param name="timeProvider">The clock. Default: the system's.</param>
    /// <param name="logger">Default: none.</param>
    /// <exception cref="ArgumentException">A name is empty or there twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is invalid; the message names all of the pipeline that are.</exception>
    public static ResiliencePipelineRegistry Create(
        IEnumerable<KeyValuePair<string, ResiliencePipelineOptions>> pipelines,
        TimeProvider? timeProvider = null,
        ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(pipelines);
        List<KeyValuePair<string, ResiliencePipelineOptions>> all = [.. pipelines];
        foreach ((var name, var options) in all)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            OptionsCheck.Throw(nameof(ResiliencePipelineOptions), options.Problems());
        }

        return new ResiliencePipelineRegistry(all, timeProvider, logger);
    }

    /// <summary>The pipeline of this name.</summary>
    /// <param name="name">A registered name.</param>
    /// <exception cref="KeyNotFoundException">No pipeline of this name is registered; the message says which are.</exception>
    public ResiliencePipeline Get(string name) => Named(name).Get();

    /// <summary>A pipeline of one key, such as a host, a shard or a tenant: with the options of this name and its own circuit and retry budget.</summary>
    /// <remarks>
    /// Ask for it at each call and do not keep it: at most 10,000 are kept under a name, and one that was not asked for is dropped after 10 min, after an hour
    /// if it remembers failures, and never while its circuit is isolated or calls hold permits of its concurrency limit.
    /// </remarks>
    /// <param name="name">A registered name.</param>
    /// <param name="key">Tells the dependencies apart; compared ordinally. It is part of the pipeline's name, in logs and metrics too: no secrets.</param>
    /// <exception cref="KeyNotFoundException">No pipeline of this name is registered; the message says which are.</exception>
    public ResiliencePipeline Get(string name, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Named(name).Get(key);
    }

    /// <summary>The circuits of one name, its keys included.</summary>
    /// <param name="name">A registered name.</param>
    /// <exception cref="KeyNotFoundException">No pipeline of this name is registered; the message says which are.</exception>
    public IReadOnlyCollection<CircuitBreaker> CircuitsOf(string name) => [.. Named(name).Circuits];

    /// <summary>A copy of the options of a pipeline, as code and configuration made them; after a reload, the new ones.</summary>
    /// <param name="name">A registered name.</param>
    /// <exception cref="KeyNotFoundException">No pipeline of this name is registered; the message says which are.</exception>
    public ResiliencePipelineOptions OptionsOf(string name) => Named(name).Options;

    internal void Apply(string name, ResiliencePipelineOptions options) => Named(name).Apply(options);

    private NamedPipeline Named(string name) => _pipelines.TryGetValue(name, out var named) ? named : throw Unknown(name);

    private KeyNotFoundException Unknown(string name) => new(
        $"No resilience pipeline '{name}' is registered; there are: {string.Join(", ", _pipelines.Keys)}. Add it with AddTechCorpResilience.");
}
