using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>What the engine logs. Event ids 2100 to 2299. Bodies and secrets are never logged.</summary>
internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Information, "Queue '{Queue}' is being consumed: prefetch {Prefetch}, concurrency {Concurrency}.")]
    internal static partial void ConsumerStarted(this ILogger logger, string queue, int prefetch, int concurrency);

    [LoggerMessage(2101, LogLevel.Information, "Queue '{Queue}' is no longer consumed: {Requeued} unstarted messages went back.")]
    internal static partial void ConsumerStopped(this ILogger logger, string queue, int requeued);

    [LoggerMessage(2102, LogLevel.Warning, "The stop budget of queue '{Queue}' is over with {Running} handlers running: their tokens are canceled, their messages come again.")]
    internal static partial void StopBudgetOver(this ILogger logger, string queue, int running);

    [LoggerMessage(2103, LogLevel.Error, "{Running} handlers of queue '{Queue}' ignore their canceled tokens; their messages come again while they may still run.")]
    internal static partial void HandlersAbandoned(this ILogger logger, string queue, int running);

    [LoggerMessage(2104, LogLevel.Warning, "Queue '{Queue}' could not be canceled at the broker; closing its channel gives back what is unsettled.")]
    internal static partial void CancelFailed(this ILogger logger, Exception exception, string queue);

    [LoggerMessage(2110, LogLevel.Warning, "Message {MessageId} ('{Type}') of queue '{Queue}' failed in attempt {Attempt} and is tried again after {Delay}: {Error}")]
    internal static partial void Retrying(this ILogger logger, string? messageId, string? type, string queue, int attempt, TimeSpan delay, string? error);

    [LoggerMessage(2111, LogLevel.Information, "Message {MessageId} ('{Type}') of queue '{Queue}' is postponed by {Delay}, as its handler asked: {Reason}")]
    internal static partial void Postponed(this ILogger logger, string? messageId, string? type, string queue, TimeSpan delay, string? reason);

    [LoggerMessage(2112, LogLevel.Error, "Message {MessageId} ('{Type}') of queue '{Queue}' goes to the dead letters after {Attempts} attempts ({Reason}): {Error}")]
    internal static partial void DeadLettering(this ILogger logger, string? messageId, string? type, string queue, int attempts, string? reason, string? error);

    [LoggerMessage(2113, LogLevel.Error, "The copy of message {MessageId} of queue '{Queue}' to {Destination} was not confirmed ({Outcome}: {Reason}); the original goes back to its queue after {Pause}.")]
    internal static partial void MoveFailed(this ILogger logger, string? messageId, string queue, Destination destination, PublishOutcomeKind outcome, string reason, TimeSpan pause);

    [LoggerMessage(2114, LogLevel.Warning, "The handler of message {MessageId} ('{Type}') of queue '{Queue}' is over its timeout of {Timeout}: its token is canceled.")]
    internal static partial void HandlerTimedOut(this ILogger logger, string? messageId, string type, string queue, TimeSpan timeout);

    [LoggerMessage(2115, LogLevel.Debug, "{Count} deliveries of queue '{Queue}' came on a channel that is gone; the broker gives them again.")]
    internal static partial void StaleDeliveries(this ILogger logger, string queue, int count);

    [LoggerMessage(2116, LogLevel.Critical, "The consumer of queue '{Queue}' met an error of its own; the message goes back to its queue after a pause.")]
    internal static partial void PumpFailed(this ILogger logger, Exception exception, string queue);

    [LoggerMessage(2117, LogLevel.Error, "A callback on the canceled token of a handler of queue '{Queue}' threw.")]
    internal static partial void CancelCallbackFailed(this ILogger logger, Exception exception, string queue);

    [LoggerMessage(2118, LogLevel.Warning, "The consumer of queue '{Queue}' (generation {Generation}) looks alive but was not served for {Silence}, although messages are ready or the broker does not know it; it is rebuilt.")]
    internal static partial void GhostFound(this ILogger logger, string queue, long generation, TimeSpan silence);

    [LoggerMessage(2119, LogLevel.Debug, "Whether queue '{Queue}' has messages that are not delivered could not be seen.")]
    internal static partial void GhostLookFailed(this ILogger logger, Exception exception, string queue);

    [LoggerMessage(2120, LogLevel.Warning, "The broker at {Broker} is not there after {Patience}; the host goes on, consumers start when it comes.")]
    internal static partial void ConnectingInBackground(this ILogger logger, string broker, TimeSpan patience);

    [LoggerMessage(2121, LogLevel.Error, "Messaging at {Broker} could not start; tried again after {Pause}.")]
    internal static partial void StartFailed(this ILogger logger, Exception exception, string broker, TimeSpan pause);

    [LoggerMessage(2122, LogLevel.Warning, "Not every consumer at {Broker} has started after {Patience}; the host goes on, the others start when they can.")]
    internal static partial void SubscribingInBackground(this ILogger logger, string broker, TimeSpan patience);

    [LoggerMessage(EventId = 2123, Message = "Topology, {Subject}: {Harm} {Remedy} [{Rule}]")]
    internal static partial void TopologyFinding(this ILogger logger, LogLevel level, string subject, string harm, string remedy, string rule);

    [LoggerMessage(2140, LogLevel.Warning, "Section {Section} names a queue or an instance that this process does not have, and is ignored: it belongs to another service, or its name is misspelled.")]
    internal static partial void ForeignSection(this ILogger logger, string section);
}
