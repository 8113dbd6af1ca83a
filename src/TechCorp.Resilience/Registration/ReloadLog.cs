using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>What a change of the configuration logs.</summary>
internal static partial class ReloadLog
{
    [LoggerMessage(1041, LogLevel.Information, "The settings of pipeline '{Name}' changed; new calls follow them.")]
    internal static partial void PipelineFollows(this ILogger logger, string name);

    [LoggerMessage(1042, LogLevel.Error,
        "The changed settings of section {Section} are refused, and the former ones stay in force: {Problems} Correct them; they are then read again.")]
    internal static partial void ReloadRefused(this ILogger logger, string section, string problems, Exception? exception);

    [LoggerMessage(1043, LogLevel.Warning, "Setting {Key} changed; that has no effect until this service restarts.")]
    internal static partial void NeedsRestart(this ILogger logger, string key);
}
