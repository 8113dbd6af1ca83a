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
        properties.ReplyTo = message.Foreign?.ReplyTo;
        properties.ContentEncoding = message.Foreign?.ContentEncoding;
        if (message.Foreign?.Priority is { } priority)
        {
            properties.Priority = priority;
        }
        else
        {
            properties.ClearPriority();
        }

        if (message.Timestamp is { } timestamp)
        {
            properties.Timestamp = new AmqpTimestamp(timestamp.ToUnixTimeSeconds());
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
}
