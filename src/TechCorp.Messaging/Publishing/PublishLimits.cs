using System.Text;

namespace TechCorp.Messaging;

/// <summary>What a message may be, checked before anything is sent. Plain code.</summary>
internal static class PublishLimits
{
    internal const int MaxHeaderBytes = 16 * 1024;

    /// <exception cref="ArgumentException">A limit is broken; the message names which, and the value.</exception>
    internal static void Check(Message message, Destination destination, int maxBodyBytes)
    {
        if (destination.Exchange is null || destination.RoutingKey is null)
        {
            throw new ArgumentException("The destination is empty; use Destination.ToExchange or Destination.ToQueue.", nameof(destination));
        }

        if (message.Body.Length > maxBodyBytes)
        {
            throw new ArgumentException($"The body of '{message.Type}' has {message.Body.Length} bytes; at most {maxBodyBytes} are allowed "
                + $"({nameof(PublisherOptions.MaxBodyBytes)}).", nameof(message));
        }

        CheckName(message.Type, nameof(message.Type));
        CheckName(message.Id, nameof(message.Id));
        CheckName(message.ContentType, nameof(message.ContentType));
        AmqpName.Check(message.CorrelationId ?? "", nameof(message.CorrelationId));
        AmqpName.Check(message.AppId ?? "", nameof(message.AppId));
        CheckHeaders(message.Headers);
        if (message.Foreign is { Delay: not null, Expiration: not null })
        {
            throw new ArgumentException($"{nameof(Message.Delay)} ({message.Delay:c}) and {nameof(Message.Expiration)} ({message.Expiration:c}) exclude each "
                + "other: the message would expire while it is delayed, and arrive early. Give the queue a time to live instead.", nameof(message));
        }
    }

    private static void CheckName(string value, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        AmqpName.Check(value, name);
    }

    private static void CheckHeaders(IReadOnlyDictionary<string, string> headers)
    {
        var total = 0L;
        foreach (var (name, value) in headers)
        {
            CheckName(name, nameof(headers));
            if (name is "CC" or "BCC")
            {
                throw new ArgumentException($"Header '{name}' is the broker's own: it names further routing keys, and the broker closes the channel when it "
                    + "is a text. Bind the queues, or publish once for each destination.", nameof(headers));
            }

            ArgumentNullException.ThrowIfNull(value, $"header '{name}'");
            total += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        }

        if (total > MaxHeaderBytes)
        {
            throw new ArgumentException($"The headers have {total} bytes together; at most {MaxHeaderBytes} are allowed.", nameof(headers));
        }
    }
}
