using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.Http;

/// <summary>Lets the configuration override what code set, for the pipelines that clients of this process use.</summary>
internal sealed partial class ConfigureHttpResilience(IConfiguration? configuration = null, ILoggerFactory? loggers = null)
    : IPostConfigureOptions<HttpResilienceSettings>
{
    private const string Section = "TechCorp:Resilience:Http";

    public void PostConfigure(string? name, HttpResilienceSettings options)
    {
        if (configuration is null)
        {
            return;
        }

        var foreign = new List<string>();
        SectionReader.Read(configuration.GetSection(Section), options.ConfigurationProblems,
            section => section.NamedSections(options.Pipelines.ContainsKey, foreign));
        foreach (var (pipeline, http) in options.Pipelines)
        {
            SectionReader.Read(configuration.GetSection($"{Section}:{pipeline}"), options.ConfigurationProblems, section =>
            {
                section.Boolean(nameof(http.CreateIdempotencyKeys), value => http.CreateIdempotencyKeys = value);
                section.Int32(nameof(http.MaxBufferedContent), value => http.MaxBufferedContent = value);
            });
        }

        var logger = SafeLogger.Of(loggers?.CreateLogger("TechCorp.Resilience.Http"));
        foreach (var path in foreign)
        {
            ForeignSection(logger, path);
        }
    }

    [LoggerMessage(1022, LogLevel.Warning,
        "Section {Section} names a pipeline that no client of this process uses, and is ignored: it belongs to another service, or its name is misspelled.")]
    private static partial void ForeignSection(ILogger logger, string section);
}
