using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>Log messages of sagas. Event ids 3100 to 3199. States and outputs are never logged.</summary>
internal static partial class SagaLog
{
    [LoggerMessage(3100, LogLevel.Debug, "Saga {Name} {BusinessKey} ({Id}): step {Step}, attempt {Attempt}: {Outcome}.")]
    internal static partial void StepEnded(this ILogger logger, string name, string businessKey, Guid id, string step, int attempt, StepOutcomeKind outcome);

    [LoggerMessage(3101, LogLevel.Warning, "Saga {Name} {BusinessKey} ({Id}): the outcome of step {Step}, attempt {Attempt}, is unknown: {Error}")]
    internal static partial void StepUnknown(this ILogger logger, string name, string businessKey, Guid id, string step, int attempt, string? error);

    [LoggerMessage(3102, LogLevel.Information, "Saga {Name} {BusinessKey} ({Id}) is being compensated: {Reason}")]
    internal static partial void Compensating(this ILogger logger, string name, string businessKey, Guid id, string? reason);

    [LoggerMessage(3103, LogLevel.Information, "Saga {Name} {BusinessKey} ({Id}) has ended: {Status}.")]
    internal static partial void Ended(this ILogger logger, string name, string businessKey, Guid id, SagaStatus status);

    [LoggerMessage(3104, LogLevel.Error, "Saga {Name} {BusinessKey} ({Id}) needs attention at step {Step}: {Reason}")]
    internal static partial void NeedsAttention(this ILogger logger, string name, string businessKey, Guid id, string step, string? reason);

    [LoggerMessage(3105, LogLevel.Information,
        "Saga {Name} {BusinessKey} ({Id}) was taken over by another owner (its epoch is no longer {Epoch}); this process stops running it.")]
    internal static partial void Lost(this ILogger logger, string name, string businessKey, Guid id, long epoch);

    [LoggerMessage(3106, LogLevel.Error, "Saga {Name} {BusinessKey} ({Id}) could not be written; it is resumed in {Delay}.")]
    internal static partial void NotWritten(this ILogger logger, Exception exception, string name, string businessKey, Guid id, TimeSpan delay);

    [LoggerMessage(3107, LogLevel.Warning, "Saga {Name} {BusinessKey} ({Id}) could not be released; it is resumed when its lease ends.")]
    internal static partial void NotReleased(this ILogger logger, Exception exception, string name, string businessKey, Guid id);

    [LoggerMessage(3108, LogLevel.Error,
        "Saga {Name} version {Version} {BusinessKey} ({Id}) is suspended: it is due, and no process knows its definition. Deploy that version again.")]
    internal static partial void Suspended(this ILogger logger, string name, int version, string businessKey, string id);

    [LoggerMessage(3109, LogLevel.Error, "The pass over due sagas failed; it is repeated in {Delay}: {Reason}")]
    internal static partial void RecoveryPassFailed(this ILogger logger, TimeSpan delay, string reason, Exception? exception);

    [LoggerMessage(3110, LogLevel.Warning, "The leases of {Count} running sagas could not be renewed; other processes may take them over: {Reason}")]
    internal static partial void NotRenewed(this ILogger logger, int count, string reason, Exception? exception);

    [LoggerMessage(3111, LogLevel.Information, "Sagas that this process runs: {Definitions}.")]
    internal static partial void Started(this ILogger logger, string definitions);

    [LoggerMessage(3113, LogLevel.Error,
        "The state of saga {Name} {BusinessKey} ({Id}) cannot be read; it is suspended, and retried in {Delay}. Nothing is compensated.")]
    internal static partial void Unreadable(this ILogger logger, Exception exception, string name, string businessKey, Guid id, TimeSpan delay);

    [LoggerMessage(3114, LogLevel.Error, "The rows of saga {Name} {BusinessKey} ({Id}) cannot be read; it is skipped for {Delay}.")]
    internal static partial void UnreadableRow(this ILogger logger, Exception exception, string name, string businessKey, string id, TimeSpan delay);

    [LoggerMessage(3112, LogLevel.Information, "Sagas have stopped; {Count} were released during a step.")]
    internal static partial void Stopped(this ILogger logger, int count);
}
