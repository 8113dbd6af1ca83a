using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience;

/// <summary>The named pipelines of a container, each made once. Safe for use by many threads.</summary>
public sealed class ResiliencePipelineRegistry
{
    private readonly Dictionary<string, Lazy<ResiliencePipeline>> _pipelines = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, AuthorityPipelines> _http = new(StringComparer.OrdinalIgnoreCase);
    private readonly ResilienceSettings _settings;
    private readonly TimeProvider? _timeProvider;
    private readonly ILogger? _logger;

    internal ResiliencePipelineRegistry(IOptions<ResilienceSettings> settings, TimeProvider? timeProvider = null, ILoggerFactory? loggers = null)
    {
        _settings = settings.Value;
        _timeProvider = timeProvider;
        _logger = loggers?.CreateLogger("TechCorp.Resilience");
        foreach ((var name, var options) in _settings.Pipelines)
        {
            _pipelines.Add(name, new(() => ResiliencePipeline.Create(name, options, timeProvider, _logger)));
        }
    }

    /// <summary>The names.</summary>
    public IReadOnlyCollection<string> Names => _pipelines.Keys;

    /// <summary>Every circuit, for health checks: those of the pipelines, and one for each authority that requests of the handlers went to.</summary>
    /// <remarks>A pipeline that only handlers use has no circuit itself.</remarks>
    public IReadOnlyCollection<CircuitBreaker> Circuits
    => [
        .. _pipelines
            .Where(named => named.Value.IsValueCreated || !_http.ContainsKey(named.Key))
            .Select(named => named.Value.Value.CircuitBreaker)
            .OfType<CircuitBreaker>(),
        .. _http.Values.SelectMany(shared => shared.Circuits),
    ];

    /// <summary>The pipeline of this name.</summary>
    /// <param name="name">A registered name.</param>
    /// <exception cref="KeyNotFoundException">No pipeline of this name is registered; the message says which are.</exception>
    public ResiliencePipeline Get(string name) => _pipelines.TryGetValue(name, out var pipeline) ? pipeline.Value : throw Unknown(name);

    /// <summary>
    /// A handler for an <see cref="HttpClient"/> with the options of this pipeline. All handlers of one name share their circuits, so that a client
    /// factory may replace handlers without forgetting that a host is down.
    /// </summary>
    /// <param name="name">A registered name.</param>
    /// <exception cref="KeyNotFoundException">No pipeline of this name is registered; the message says which are.</exception>
    public ResilienceHandler CreateHandler(string name)
    {
        if (!_settings.Pipelines.TryGetValue(name, out var options))
        {
            throw Unknown(name);
        }

        return new ResilienceHandler(_http.GetOrAdd(name, _ => new AuthorityPipelines(name, options, _timeProvider, _logger)));
    }

    private KeyNotFoundException Unknown(string name) => new(
        $"No resilience pipeline '{name}' is registered; there are: {string.Join(", ", _pipelines.Keys)}. Add it with AddTechCorpResilience.");
}
