using System.Globalization;

namespace TechCorp.Messaging;

/// <summary>Makes the copy that is sent back: the message as it was first published, with a redrive id and count; it has all its
/// attempts again. Plain code.</summary>
internal static class RedriveCopy
{
    private static readonly string[] FailureHeaders =
    [
        MessageHeaders.Attempt, MessageHeaders.FirstFailure, MessageHeaders.LastFailure, MessageHeaders.ExceptionType, MessageHeaders.ExceptionMessage,
        MessageHeaders.ExceptionStack, MessageHeaders.OriginalQueue, MessageHeaders.Consumer, MessageHeaders.Reason,
        MessageHeaders.Redeliveries, MessageHeaders.SetAside, MessageHeaders.SetAsideAt,
    ];

    internal static (Message Message, Destination Destination) Of(DeadLetter deadLetter, Delivery delivery, bool toOriginalDestination, string redriveId)
    {
        var headers = deadLetter.Headers
            .Where(header => !BrokerHeaders.IsOne(header.Key) && !FailureHeaders.Contains(header.Key, StringComparer.Ordinal))
            .ToDictionary(StringComparer.Ordinal);
        headers[MessageHeaders.RedriveId] = redriveId;
        headers[MessageHeaders.RedriveCount] = (deadLetter.RedriveCount + 1).ToString(CultureInfo.InvariantCulture);
        var message = new Message
        {
            Body = deadLetter.Body,
            Type = deadLetter.Type ?? "",
            Id = deadLetter.MessageId ?? "",
            Timestamp = deadLetter.Timestamp,
            ContentType = delivery.ContentType ?? "",
            CorrelationId = deadLetter.CorrelationId,
            AppId = delivery.AppId,
            Foreign = CopyRoom.Fit(headers, delivery.Foreign),
            Headers = headers,
        };
        return (message, DestinationOf(deadLetter, toOriginalDestination));
    }

    private static Destination DestinationOf(DeadLetter deadLetter, bool toOriginalDestination)
    {
        if (!toOriginalDestination || deadLetter.OriginalExchange is null || deadLetter.OriginalRoutingKey is null)
        {
            return Destination.ToQueue(deadLetter.OriginalQueue);
        }

        return deadLetter.OriginalExchange.Length == 0
            ? Destination.ToQueue(deadLetter.OriginalRoutingKey)
            : Destination.ToExchange(deadLetter.OriginalExchange, deadLetter.OriginalRoutingKey);
    }
}
