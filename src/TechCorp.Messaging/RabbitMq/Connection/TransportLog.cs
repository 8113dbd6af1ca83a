using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>What the RabbitMQ transport logs: event ids 2000 to 2099. Credentials and bodies are never logged.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(2000, LogLevel.Information, "Connection '{Connection}' to {Broker} is open (generation {Generation}).")]
    internal static partial void Connected(this ILogger logger, string connection, string broker, long generation);

    [LoggerMessage(2001, LogLevel.Warning, "Connection '{Connection}' to {Broker} is lost (generation {Generation}): {Reason}")]
    internal static partial void ConnectionLost(this ILogger logger, string connection, string broker, long generation, string reason);

    [LoggerMessage(2002, LogLevel.Warning,
        "Connection '{Connection}' to {Broker} could not be opened, attempt {Attempt}; the next follows in {Delay}: {Reason}")]
    internal static partial void ConnectFailed(this ILogger logger, string connection, string broker, int attempt, TimeSpan delay, string reason,
        Exception? exception);

    [LoggerMessage(2003, LogLevel.Error, "The topology could not be declared again on connection '{Connection}' (generation {Generation}).")]
    internal static partial void RedeclareFailed(this ILogger logger, string connection, long generation, Exception exception);

    [LoggerMessage(2004, LogLevel.Warning, "The broker blocks publishing: {Reason}")]
    internal static partial void Blocked(this ILogger logger, string reason);

    [LoggerMessage(2005, LogLevel.Information, "The broker accepts publishes again.")]
    internal static partial void Unblocked(this ILogger logger);

    [LoggerMessage(2006, LogLevel.Warning,
        "The connections to {Broker} did not close in the time given to the stop: the broker does not answer. They close when it does, or with the process.")]
    internal static partial void NotClosedInTime(this ILogger logger, string broker);

    [LoggerMessage(2010, LogLevel.Warning, "The publishing channel is lost (generation {Generation}) with {InFlight} publishes in flight: {Reason}")]
    internal static partial void PublishChannelLost(this ILogger logger, long generation, int inFlight, string reason);

    [LoggerMessage(2011, LogLevel.Warning, "The publishing channel could not be opened; it is tried again: {Reason}")]
    internal static partial void PublishChannelFailed(this ILogger logger, string reason, Exception? exception);

    [LoggerMessage(2012, LogLevel.Error, "Exchange '{Exchange}' does not exist: publishes to it fail until it is declared.")]
    internal static partial void ExchangeMissing(this ILogger logger, string exchange);

    [LoggerMessage(2013, LogLevel.Warning, "The publishing channel (generation {Generation}) confirms nothing: it is replaced.")]
    internal static partial void PublishChannelStuck(this ILogger logger, long generation);

    [LoggerMessage(2020, LogLevel.Information, "Consuming queue '{Queue}' (generation {Generation}).")]
    internal static partial void Consuming(this ILogger logger, string queue, long generation);

    [LoggerMessage(2021, LogLevel.Warning, "The consumer of queue '{Queue}' is lost (generation {Generation}): {Reason}")]
    internal static partial void ConsumerLost(this ILogger logger, string queue, long generation, string reason);

    [LoggerMessage(2022, LogLevel.Warning, "Queue '{Queue}' could not be consumed, attempt {Attempt}; it is tried again: {Reason}")]
    internal static partial void ConsumeFailed(this ILogger logger, string queue, int attempt, string reason, Exception? exception);

    [LoggerMessage(2023, LogLevel.Error, "The receiver of queue '{Queue}' threw; the delivery is requeued.")]
    internal static partial void SinkFailed(this ILogger logger, string queue, Exception exception);

    [LoggerMessage(2024, LogLevel.Debug,
        "A settlement of queue '{Queue}' was not sent: delivery {Tag} of generation {Generation} is settled already, or its channel is lost.")]
    internal static partial void SettleDropped(this ILogger logger, string queue, ulong tag, long generation);

    [LoggerMessage(2025, LogLevel.Warning, "Queue '{Queue}' could not be declared again; it is tried again with the next channel: {Reason}")]
    internal static partial void RestoreFailed(this ILogger logger, string queue, string reason, Exception? exception);

    [LoggerMessage(2026, LogLevel.Error,
        "The consumer of queue '{Queue}' has stopped: {Reason}. The message is back in the queue, and other consumers go on. Remove the message or raise the "
        + "limit, then resume the consumer (MessageConsumers.ResumeAsync) or restart.")]
    internal static partial void ConsumerRefused(this ILogger logger, string queue, string reason);

    [LoggerMessage(2040, LogLevel.Warning,
        "These queues exist without 'x-delivery-limit' and are used as they are: {Queues}. From RabbitMQ 4.0 on each peek at a message counts, and after 20 "
        + "the broker gives it up: a dead letter is lost. Give them a policy with \"delivery-limit\": 1000000000 (set_policy; see the guide on operations), or "
        + "delete them when they are empty and start again.")]
    internal static partial void WithoutDeliveryLimit(this ILogger logger, string queues);
}
