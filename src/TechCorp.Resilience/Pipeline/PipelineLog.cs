using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>What pipelines log.</summary>
internal static partial class PipelineLog
{
    [LoggerMessage(1010, LogLevel.Information, "Attempt {Attempt} of '{Name}' failed; the next attempt follows after {Delay}.")]
    internal static partial void Retrying(this ILogger logger, string name, int attempt, TimeSpan delay, Exception? exception);

    [LoggerMessage(1011, LogLevel.Information, "Attempt {Attempt} of '{Name}' failed; no other attempt follows: {Reason}.")]
    internal static partial void RetryStopped(this ILogger logger, string name, int attempt, RetryStop reason, Exception? exception);

    [LoggerMessage(1012, LogLevel.Information, "An attempt of '{Name}' was canceled because it took longer than {Limit}.")]
    internal static partial void TimedOut(this ILogger logger, string name, TimeSpan limit);
}
