using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>What circuits log.</summary>
internal static partial class CircuitLog
{
    [LoggerMessage(1000, LogLevel.Warning, "Circuit '{Circuit}' went from {From} to {To} ({Reason}); generation {Generation}.")]
    internal static partial void CircuitChanged(
        this ILogger logger,
        string circuit,
        CircuitState from,
        CircuitState to,
        CircuitTransitionReason reason,
        long generation,
        Exception? exception);

    [LoggerMessage(1013, LogLevel.Debug, "Circuit '{Circuit}' rejected a call; the next one may be admitted after {RetryAfter}.")]
    internal static partial void CallRejected(this ILogger logger, string circuit, TimeSpan retryAfter);
}
