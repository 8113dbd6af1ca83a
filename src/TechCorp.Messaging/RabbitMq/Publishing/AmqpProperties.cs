using System.Globalization;
using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>A message's metadata as AMQP properties. Headers are copied: the caller's are never touched.</summary>
internal static class AmqpProperties
{
    /// <summary>Fills the properties of an earlier publish, or new ones.</summary>
    internal static BasicProperties Fill(BasicProperties? reused, Message message)
    {
        var properties = reused ?? new BasicProperties { Headers = new Dictionary<string, object?>(StringComparer.Ordinal) };
        properties.DeliveryMode = DeliveryModes.Persistent;
        properties.MessageId = message.Id;
        properties.Type = message.Type;
        properties.ContentType = message.ContentType;
        properties.CorrelationId = message.CorrelationId;
        properties.AppId = message.AppId;
        FillFurther(properties, message.Foreign);
        if ((message.Foreign?.Timestamp ?? message.Timestamp?.ToUnixTimeSeconds()) is { } timestamp)
        {
            properties.Timestamp = new AmqpTimestamp(timestamp);
        }
        else
        {
            properties.ClearTimestamp();
        }

        // Never null: the client would otherwise make a dictionary for each publish.
        var headers = properties.Headers!;
        headers.Clear();
        if (message.Headers.Count > 0)
        {
            foreach (var (name, value) in message.Headers)
            {
                headers[name] = value; // a string goes out as a long string of UTF-8
            }
        }

        if (message.Foreign?.Headers is { } foreign)
        {
            foreach (var (name, value) in foreign)
            {
                headers[name] = value;
            }
        }

        return properties;
    }

    private static void FillFurther(BasicProperties properties, ForeignProperties? further)
    {
        properties.ReplyTo = further?.ReplyTo;
        properties.ContentEncoding = further?.ContentEncoding;
        properties.Expiration = further?.Expiration is { } expiration ? ((long)expiration.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) : null;
        if (further?.Priority is { } priority)
        {
            properties.Priority = (byte)priority;
        }
        else
        {
            properties.ClearPriority();
        }
    }
}
