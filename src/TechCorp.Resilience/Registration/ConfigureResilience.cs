using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience;

/// <summary>Lets the configuration override what code set, for the pipelines that code registered.</summary>
internal sealed class ConfigureResilience(IConfiguration? configuration = null) : IPostConfigureOptions<ResilienceSettings>
{
    public void PostConfigure(string? name, ResilienceSettings options)
    {
        foreach ((var pipeline, var pipelineOptions) in options.Pipelines)
        {
            if (configuration?.GetSection($"TechCorp:Resilience:Pipelines:{pipeline}") is { } section && section.Exists())
            {
                new PipelineReader(options.ConfigurationProblems).Read(section, pipelineOptions);
            }
        }
    }
}
