using System.Buffers;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>Turns what the client delivers into a <see cref="Delivery"/> that owns its memory.</summary>
internal static class AmqpDelivery
{
    private const string DeliveryCountHeader = "x-delivery-count";
    private const string DeathHeader = "x-death";
    private const string FirstDeathReasonHeader = "x-first-death-reason";
    private static readonly IReadOnlyDictionary<string, string> NoHeaders = new Dictionary<string, string>(0);

    internal static Delivery Of(long generation, ulong tag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body)
    {
        var headers = properties.Headers;
        var texts = AsText(headers, out var others);
        var copy = body.IsEmpty ? null : ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(copy);
        return new Delivery
        {
            Generation = generation,
            Tag = tag,
            Rented = copy,
            Body = new ReadOnlyMemory<byte>(copy, 0, body.Length),
            Exchange = exchange,
            RoutingKey = routingKey,
            Redelivered = redelivered,
            DeliveryCount = headers is not null && headers.TryGetValue(DeliveryCountHeader, out var count) ? AsNumber(count) : null,
            MessageId = properties.MessageId,
            Type = properties.Type,
            ContentType = properties.ContentType,
            CorrelationId = properties.CorrelationId,
            AppId = properties.AppId,
            Timestamp = properties.IsTimestampPresent() ? AsTime(properties.Timestamp.UnixTime) : null,
            Headers = texts,
            Foreign = ForeignOf(properties, others),
            BrokerReason = headers is null ? null : LastDeathReason(headers),
        };
    }

    /// <summary>The broker keeps the most recent death first.</summary>
    private static string? LastDeathReason(IDictionary<string, object?> headers)
    {
        if (headers.TryGetValue(DeathHeader, out var deaths) && deaths is IList<object?> { Count: > 0 } list
            && list[0] is IDictionary<string, object?> last && last.TryGetValue("reason", out var reason))
        {
            return AsText(reason);
        }

        return headers.TryGetValue(FirstDeathReasonHeader, out var first) ? AsText(first) : null;
    }

    private static ForeignProperties? ForeignOf(IReadOnlyBasicProperties properties, Dictionary<string, object?>? headers)
        => headers is null && !properties.IsReplyToPresent() && !properties.IsContentEncodingPresent() && !properties.IsPriorityPresent()
            ? null
            : new ForeignProperties
            {
                ReplyTo = properties.ReplyTo,
                ContentEncoding = properties.ContentEncoding,
                Priority = properties.IsPriorityPresent() ? properties.Priority : null,
                Headers = headers,
            };

    /// <param name="headers">As the client read them.</param>
    /// <param name="others">Those that would not be the same if they were sent as their text; null when there are none.</param>
    private static IReadOnlyDictionary<string, string> AsText(IDictionary<string, object?>? headers, out Dictionary<string, object?>? others)
    {
        others = null;
        if (headers is not { Count: > 0 })
        {
            return NoHeaders;
        }

        var texts = new Dictionary<string, string>(headers.Count, StringComparer.Ordinal);
        foreach (var (name, value) in headers)
        {
            if (name is DeliveryCountHeader or DeathHeader)
            {
                continue;
            }

            var text = AsText(value);
            if (text is not null)
            {
                texts[name] = text;
            }

            if (!IsText(value, text) && !BrokerHeaders.IsOne(name) && !MessageHeaders.IsOurs(name))
            {
                (others ??= new(StringComparer.Ordinal))[name] = value;
            }
        }

        return texts;
    }

    private static bool IsText(object? value, string? text)
        => value is string || (value is byte[] && !text!.Contains('\uFFFD', StringComparison.Ordinal)); // what stands for bytes that are no UTF-8

    private static string? AsText(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string text => text,
        bool flag => flag ? "true" : "false",
        AmqpTimestamp time => time.UnixTime.ToString(CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static long? AsNumber(object? value) => value switch
    {
        long number => number,
        int number => number,
        short number => number,
        byte number => number,
        _ => null,
    };

    /// <summary>Foreign producers send milliseconds, or nonsense: what is no time is left out.</summary>
    private static DateTimeOffset? AsTime(long seconds)
        => seconds >= 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
