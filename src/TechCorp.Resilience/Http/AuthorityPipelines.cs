using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>
/// One pipeline, and so one circuit and one retry budget, for each authority that requests go to. It is dropped when no request went there for 10 min and
/// its circuit has no failure to remember. Outlives the handlers that share it.
/// </summary>
internal sealed class AuthorityPipelines
{
    private static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(10);
    private readonly IdleMap<Authority, ResiliencePipeline> _pipelines;
    private readonly ResiliencePipelineOptions _options;
    private readonly TimeProvider _timeProvider;

    internal AuthorityPipelines(string name, ResiliencePipelineOptions options, TimeProvider? timeProvider, ILogger? logger)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        OptionsCheck.Throw(nameof(ResiliencePipelineOptions), [.. options.Problems(), .. NotForRequests(options)]);
        Name = name;
        Logger = SafeLogger.ScrubbingOnly(logger);
        _options = options.Copy();
        _timeProvider = timeProvider ?? TimeProvider.System;
        _pipelines = new IdleMap<Authority, ResiliencePipeline>(
            Create, static pipeline => pipeline.CircuitBreaker is null or { IsAsGoodAsNew: true }, IdleAfter, new MonotonicClock(_timeProvider));
    }

    internal string Name { get; }

    internal ILogger Logger { get; }

    internal TimeProvider TimeProvider => _timeProvider;

    internal IReadOnlyCollection<CircuitBreaker> Circuits => [.. _pipelines.Values.Select(pipeline => pipeline.CircuitBreaker).OfType<CircuitBreaker>()];

    internal ResiliencePipeline For(HttpRequestMessage request)
    {
        var uri = request.RequestUri is { IsAbsoluteUri: true } absolute
            ? absolute
            : throw new InvalidOperationException("The request has no absolute address; send it through an HttpClient with a BaseAddress.");
        return _pipelines.Get(new Authority(uri.Scheme, uri.IdnHost, uri.Port));
    }

    private ResiliencePipeline Create(Authority authority) => ResiliencePipeline.Create($"{Name} {authority}", OptionsOfAuthority(), _timeProvider, Logger);

    private ResiliencePipelineOptions OptionsOfAuthority()
    {
        var options = _options.Copy();
        if (options.Retry?.Budget is { } budget)
        {
            options.Retry.Budget = budget.Another();
        }

        return options;
    }

    /// <summary>Options that are valid for a pipeline and not for requests.</summary>
    private static IEnumerable<string> NotForRequests(ResiliencePipelineOptions options)
    {
        if (options.Timeout?.Mode == TimeoutMode.Abandon)
        {
            yield return $"{nameof(options.Timeout)} must be {nameof(TimeoutMode.Cooperative)} for requests: "
                + "an abandoned attempt would go on with a request that the next one sends again and that its caller disposes.";
        }
    }

    private readonly record struct Authority(string Scheme, string Host, int Port)
    {
        public override string ToString() => FormattableString.Invariant($"{Scheme}://{Host}:{Port}");
    }
}
