using System.Globalization;

namespace TechCorp.Messaging;

/// <summary>Reads a dead letter out of a delivery. Plain code; what cannot be read counts as absent.</summary>
internal static class DeadLetterReading
{
    internal static DeadLetter Read(Delivery delivery, string queue) => new()
    {
        MessageId = Text(delivery.MessageId),
        Type = Text(delivery.Type),
        CorrelationId = Text(delivery.CorrelationId),
        Timestamp = delivery.Timestamp,
        Reason = Header(delivery, MessageHeaders.Reason) ?? delivery.BrokerReason ?? "unknown",
        Attempts = delivery.Attempts(),
        Redeliveries = delivery.Redeliveries(),
        ExceptionType = Header(delivery, MessageHeaders.ExceptionType),
        ExceptionMessage = Header(delivery, MessageHeaders.ExceptionMessage),
        ExceptionStack = Header(delivery, MessageHeaders.ExceptionStack),
        FirstFailure = Moment(delivery, MessageHeaders.FirstFailure),
        LastFailure = Moment(delivery, MessageHeaders.LastFailure),
        OriginalQueue = Text(Header(delivery, MessageHeaders.OriginalQueue)) ?? delivery.BrokerDeath?.Queue ?? queue,
        OriginalExchange = Header(delivery, MessageHeaders.OriginalExchange),
        OriginalRoutingKey = Header(delivery, MessageHeaders.OriginalRoutingKey),
        Consumer = Header(delivery, MessageHeaders.Consumer),
        RedriveCount = delivery.RedriveCount(),
        RedriveId = Header(delivery, MessageHeaders.RedriveId),
        Headers = delivery.Headers,
        Body = delivery.Body,
    };

    private static string? Header(Delivery delivery, string name) => delivery.Headers.GetValueOrDefault(name);

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static DateTimeOffset? Moment(Delivery delivery, string header)
        => DateTimeOffset.TryParse(Header(delivery, header), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var moment)
            ? moment
            : null;
}
