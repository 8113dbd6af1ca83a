using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience;

/// <summary>Lets the configuration override what code set, for the pipelines that code registered.</summary>
internal sealed partial class ConfigureResilience(IConfiguration? configuration = null, ILoggerFactory? loggers = null)
    : IPostConfigureOptions<ResilienceSettings>
{
    public void PostConfigure(string? name, ResilienceSettings options)
    {
        if (configuration is null)
        {
            return;
        }

        options.Read = SettingsReload.Read(configuration);
        var foreign = new List<string>();
        SectionReader.Read(configuration.GetSection("TechCorp:Resilience"), options.ConfigurationProblems,
            section =>
            {
                section.Sections("Pipelines", options.Pipelines.ContainsKey, foreign);
                section.Allow("Http", "IdempotencyKeys"); // read by TechCorp.Resilience.Http and TechCorp.Resilience.AspNetCore
            });
        foreach (var (pipeline, pipelineOptions) in options.Pipelines)
        {
            SectionReader.Read(
                configuration.GetSection($"TechCorp:Resilience:Pipelines:{pipeline}"),
                options.ConfigurationProblems,
                section => PipelineReader.Read(section, pipelineOptions));
        }

        var logger = SafeLogger.Of(loggers?.CreateLogger("TechCorp.Resilience"));
        foreach (var path in foreign)
        {
            ForeignSection(logger, path);
        }
    }

    [LoggerMessage(1040, LogLevel.Warning,
        "Section {Section} names a pipeline that this process does not have, and is ignored: it belongs to another service, or its name is misspelled.")]
    private static partial void ForeignSection(ILogger logger, string section);
}
