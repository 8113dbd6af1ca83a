using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>Everything that this package logs. Event ids: 1000–1999.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Warning, "Circuit '{Circuit}' went from {From} to {To} ({Reason}); generation {Generation}.")]
    internal static partial void CircuitChanged(
        ILogger logger,
        string circuit,
        CircuitState from,
        CircuitState to,
        CircuitTransitionReason reason,
        long generation,
        Exception? exception);

    [LoggerMessage(1001, LogLevel.Error, "The callback {Callback} of '{Name}' threw; the call went on without it.")]
    internal static partial void CallbackFailed(ILogger logger, Exception exception, string callback, string name);

    [LoggerMessage(1010, LogLevel.Information, "'{Name}' failed in attempt {Attempt}; the next one follows after {Delay}.")]
    internal static partial void Retrying(ILogger logger, string name, int attempt, TimeSpan delay, Exception? exception);

    [LoggerMessage(1011, LogLevel.Information, "'{Name}' is not attempted again after attempt {Attempt}: {Reason}.")]
    internal static partial void RetryStopped(ILogger logger, string name, int attempt, RetryStop reason, Exception? exception);

    [LoggerMessage(1012, LogLevel.Information, "An attempt of '{Name}' took longer than {Limit}.")]
    internal static partial void TimedOut(ILogger logger, string name, TimeSpan limit);

    [LoggerMessage(1013, LogLevel.Debug, "Circuit '{Circuit}' rejected a call; the next may follow after {RetryAfter}.")]
    internal static partial void Rejected(ILogger logger, string circuit, TimeSpan retryAfter);

    [LoggerMessage(1020, LogLevel.Warning, "'{Name}' sends a {Method} request once only: its content ({Content}) cannot be sent again. Buffer it to have it retried.")]
    internal static partial void ContentNotReplayable(ILogger logger, string name, string method, string content);

    [LoggerMessage(1030, LogLevel.Warning, "The lease of '{Key}' could not be renewed; it is tried again before the lease ends.")]
    internal static partial void RenewalFailed(ILogger logger, Exception exception, IdempotencyKey key);

    [LoggerMessage(1031, LogLevel.Error, "The lease of '{Key}' (fence {Fence}) was lost while its operation ran; another call may run it.")]
    internal static partial void LeaseLost(ILogger logger, IdempotencyKey key, long fence);

    [LoggerMessage(1032, LogLevel.Error, "The operation '{Key}' failed and {Policy} could not be stored; the key stays in progress until its lease is over.")]
    internal static partial void FailureNotStored(ILogger logger, Exception? exception, IdempotencyKey key, IdempotencyFailurePolicy policy);
}
