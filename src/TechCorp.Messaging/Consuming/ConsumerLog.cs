using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>What consumers log: event ids 2100 to 2119, and 2150 to 2169. Bodies and secrets are never logged.</summary>
internal static partial class ConsumerLog
{
    [LoggerMessage(2100, LogLevel.Information, "Queue '{Queue}' is being consumed: prefetch {Prefetch}, concurrency {Concurrency}.")]
    internal static partial void ConsumerStarted(this ILogger logger, string queue, int prefetch, int concurrency);

    [LoggerMessage(2101, LogLevel.Information, "Queue '{Queue}' is no longer consumed: {Requeued} messages that no handler had begun were requeued.")]
    internal static partial void ConsumerStopped(this ILogger logger, string queue, int requeued);

    [LoggerMessage(2102, LogLevel.Warning,
        "The time to stop the consumer of queue '{Queue}' has passed with {Running} handlers running: their tokens are canceled and their "
        + "messages are delivered again.")]
    internal static partial void StopBudgetOver(this ILogger logger, string queue, int running);

    [LoggerMessage(2103, LogLevel.Error,
        "{Running} handlers of queue '{Queue}' ignore their canceled tokens; their messages are delivered again while they may still run.")]
    internal static partial void HandlersAbandoned(this ILogger logger, string queue, int running);

    [LoggerMessage(2104, LogLevel.Warning,
        "The consumer of queue '{Queue}' could not be canceled at the broker; its channel is closed and the broker requeues unsettled messages.")]
    internal static partial void CancelFailed(this ILogger logger, Exception exception, string queue);

    [LoggerMessage(2110, LogLevel.Warning,
        "Message {MessageId} ('{Type}') of queue '{Queue}' failed in attempt {Attempt} and is retried after {Delay}: {Error}")]
    internal static partial void Retrying(this ILogger logger, string? messageId, string? type, string queue, int attempt, TimeSpan delay, string? error);

    [LoggerMessage(2111, LogLevel.Information, "Message {MessageId} ('{Type}') of queue '{Queue}' is postponed by {Delay} at its handler's request: {Reason}")]
    internal static partial void Postponed(this ILogger logger, string? messageId, string? type, string queue, TimeSpan delay, string? reason);

    [LoggerMessage(2112, LogLevel.Error,
        "Message {MessageId} ('{Type}') of queue '{Queue}' is dead-lettered after {Attempts} attempts and {Redeliveries} redeliveries ({Reason}): {Error}")]
    internal static partial void DeadLettering(this ILogger logger, string? messageId, string? type, string queue, int attempts, string redeliveries,
        string? reason, string? error);

    [LoggerMessage(2113, LogLevel.Error,
        "The copy of message {MessageId} of queue '{Queue}' to {Destination} was not confirmed ({Outcome}: {Reason}); the original is requeued after {Pause}.")]
    internal static partial void MoveFailed(this ILogger logger, string? messageId, string queue, Destination destination, PublishOutcomeKind outcome,
        string reason, TimeSpan pause);

    [LoggerMessage(2114, LogLevel.Warning,
        "The handler of message {MessageId} ('{Type}') of queue '{Queue}' exceeded its timeout of {Timeout}: its token is canceled.")]
    internal static partial void HandlerTimedOut(this ILogger logger, string? messageId, string type, string queue, TimeSpan timeout);

    [LoggerMessage(2115, LogLevel.Debug, "{Count} deliveries of queue '{Queue}' came on a lost channel; the broker delivers them again.")]
    internal static partial void StaleDeliveries(this ILogger logger, string queue, int count);

    [LoggerMessage(2116, LogLevel.Critical,
        "The consumer of queue '{Queue}' failed with an error outside of the handler; the message is requeued after a pause.")]
    internal static partial void PumpFailed(this ILogger logger, Exception exception, string queue);

    [LoggerMessage(2117, LogLevel.Error, "A callback on the canceled token of a handler of queue '{Queue}' threw.")]
    internal static partial void CancelCallbackFailed(this ILogger logger, Exception exception, string queue);

    [LoggerMessage(2118, LogLevel.Warning,
        "The consumer of queue '{Queue}' (generation {Generation}) is stalled: the broker sent nothing for {Silence}, although messages are ready or the "
        + "broker does not know the consumer; it is rebuilt.")]
    internal static partial void ConsumerStalled(this ILogger logger, string queue, long generation, TimeSpan silence);

    [LoggerMessage(2150, LogLevel.Information,
        "Message {MessageId} of queue '{Queue}' is ignored, as are all further ones of its type: {Reason} WhenTypeUnknown=DeadLetter would dead-letter them.")]
    internal static partial void TypeIgnored(this ILogger logger, string? messageId, string queue, string reason);

    [LoggerMessage(2151, LogLevel.Error,
        "Message {MessageId} ('{Type}') of broadcast queue '{Queue}' failed after {Attempts} attempts ({Reason}) and is dropped: {Error}")]
    internal static partial void Discarding(this ILogger logger, string? messageId, string? type, string queue, int attempts, string? reason, string? error);

    [LoggerMessage(2152, LogLevel.Warning,
        "There is no room in {Target} for the retries or dead letters of queue '{Queue}' ({Reason}): such messages wait at the end of their queue until "
        + "there is; the others are handled.")]
    internal static partial void CopyTargetUnavailable(this ILogger logger, string target, string queue, string reason);

    [LoggerMessage(2153, LogLevel.Information,
        "There is {Target} again for the retries or dead letters of queue '{Queue}'; what waited for it is moved there.")]
    internal static partial void CopyTargetAvailable(this ILogger logger, string target, string queue);

    [LoggerMessage(2154, LogLevel.Warning,
        "The retry queues and the dead-letter queue of queue '{Queue}' could not be declared or found; it is tried again: {Error}")]
    internal static partial void CopyTargetsNotDeclared(this ILogger logger, string queue, string error);

    [LoggerMessage(2119, LogLevel.Debug, "The broker could not be asked whether queue '{Queue}' has messages that are not delivered; it is asked again.")]
    internal static partial void StalledCheckFailed(this ILogger logger, Exception exception, string queue);

    [LoggerMessage(2160, LogLevel.Warning,
        "Message {MessageId} ('{Type}') of queue '{Queue}' was redelivered {Redeliveries} times, which is over the limit: it may be what ends its processes, "
        + "and is handled alone. If the process ends now, the message is dead-lettered.")]
    internal static partial void AttemptIsolated(this ILogger logger, string? messageId, string type, string queue, string redeliveries);

    [LoggerMessage(2161, LogLevel.Warning,
        "Message {MessageId} ('{Type}') of queue '{Queue}' was redelivered {Redeliveries} times, over the limit: it is handled alone, without a record, "
        + "because {Reason}. If it ends its process, it is not given up, but started again.")]
    internal static partial void AttemptWithoutRecord(this ILogger logger, string? messageId, string type, string queue, string redeliveries, string reason);

    [LoggerMessage(2162, LogLevel.Warning,
        "The record of an isolated attempt could not be removed from queue '{RecordQueue}'. If another process gets the message of queue '{Queue}' again, it "
        + "dead-letters it.")]
    internal static partial void IsolatedRecordKept(this ILogger logger, Exception exception, string recordQueue, string queue);

    [LoggerMessage(2163, LogLevel.Information,
        "Message {MessageId} ('{Type}') of queue '{Queue}' came again after its channel was lost, and was handled meanwhile: it is acknowledged.")]
    internal static partial void AlreadyHandled(this ILogger logger, string? messageId, string? type, string queue);

    [LoggerMessage(2164, LogLevel.Error, "A {Step} of the consumer of queue '{Queue}' that was requested by its own handler failed.")]
    internal static partial void StepFailed(this ILogger logger, Exception exception, string step, string queue);

    [LoggerMessage(2165, LogLevel.Warning,
        "Queue '{RecordQueue}' does not exist, and the topology mode does not declare it. A message of queue '{Queue}' that ends its process "
        + "is not recognized.")]
    internal static partial void IsolatedQueueMissing(this ILogger logger, string recordQueue, string queue);
}
