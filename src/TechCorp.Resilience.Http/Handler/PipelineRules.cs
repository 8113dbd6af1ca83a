using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience.Http;

/// <summary>What a pipeline must be to be one for requests.</summary>
internal static class PipelineRules
{
    internal static IEnumerable<string> Problems(ResiliencePipelineOptions options)
    {
        if (options.Timeout?.Mode == TimeoutMode.Abandon)
        {
            yield return $"{nameof(options.Timeout)} must be {nameof(TimeoutMode.Cooperative)} for requests: "
                + "an abandoned attempt would go on with a request that the next one sends again and that its caller disposes.";
        }
    }

    /// <summary>The registry of a handler that has no container.</summary>
    internal static ResiliencePipelineRegistry RegistryOf(string name, ResiliencePipelineOptions options, TimeProvider? timeProvider, ILogger? logger)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return ResiliencePipelineRegistry.Create([new(name, options)], timeProvider, logger);
    }
}
