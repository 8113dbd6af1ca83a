using System.Globalization;

namespace TechCorp.Messaging;

/// <summary>Makes the copy that is sent back: the message as it was first published, with a replay id and count; it has all its attempts again. Plain code.</summary>
internal static class RedriveCopy
{
    private static readonly string[] OfTheFailure =
    [
        MessageHeaders.Attempt, MessageHeaders.FirstFailure, MessageHeaders.LastFailure, MessageHeaders.ExceptionType, MessageHeaders.ExceptionMessage,
        MessageHeaders.ExceptionStack, MessageHeaders.OriginalQueue, MessageHeaders.Consumer, MessageHeaders.Reason,
    ];

    internal static (Message Message, Destination Destination) Of(DeadLetter letter, Delivery delivery, RedriveTarget target, string replayId)
    {
        var headers = letter.Headers
            .Where(header => !BrokerHeaders.IsOne(header.Key) && !OfTheFailure.Contains(header.Key, StringComparer.Ordinal))
            .ToDictionary(StringComparer.Ordinal);
        headers[MessageHeaders.RedriveId] = replayId;
        headers[MessageHeaders.RedriveCount] = (letter.ReplayCount + 1).ToString(CultureInfo.InvariantCulture);
        var message = new Message
        {
            Body = letter.Body,
            Type = letter.Type ?? "",
            Id = letter.MessageId ?? "",
            Timestamp = letter.Timestamp,
            ContentType = delivery.ContentType ?? "",
            CorrelationId = letter.CorrelationId,
            AppId = delivery.AppId,
            Foreign = CopyRoom.Fit(headers, delivery.Foreign),
            Headers = headers,
        };
        return (message, DestinationOf(letter, target));
    }

    private static Destination DestinationOf(DeadLetter letter, RedriveTarget target)
    {
        if (target == RedriveTarget.OriginalQueue || letter.OriginalExchange is null || letter.OriginalRoutingKey is null)
        {
            return Destination.ToQueue(letter.OriginalQueue);
        }

        return letter.OriginalExchange.Length == 0
            ? Destination.ToQueue(letter.OriginalRoutingKey)
            : Destination.ToExchange(letter.OriginalExchange, letter.OriginalRoutingKey);
    }
}
