using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>Log messages of the inbox and the sweepers. Event ids 3200 to 3299.</summary>
internal static partial class InboxLog
{
    [LoggerMessage(3200, LogLevel.Debug, "Consumer '{Consumer}' has handled message {MessageId} before; the duplicate is acknowledged.")]
    internal static partial void Duplicate(this ILogger logger, string consumer, string messageId);

    [LoggerMessage(3201, LogLevel.Error, "Work of consumer '{Consumer}' after the commit of message {MessageId} failed; it is not repeated.")]
    internal static partial void AfterCommitFailed(this ILogger logger, Exception exception, string consumer, string messageId);

    [LoggerMessage(3202, LogLevel.Error, "Old rows of the {What} could not be deleted; they are retried in {Interval}: {Reason}")]
    internal static partial void SweepFailed(this ILogger logger, string what, TimeSpan interval, string reason, Exception? exception);

    [LoggerMessage(3203, LogLevel.Warning, "Message {MessageId} of consumer '{Consumer}' waits, because the inbox '{Schema}' cannot be used: {Reason}")]
    internal static partial void InboxUnavailable(this ILogger logger, string consumer, string messageId, string schema, string reason);
}
