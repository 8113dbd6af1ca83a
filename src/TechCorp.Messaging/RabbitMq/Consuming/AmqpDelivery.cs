using System.Buffers;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>Turns what the client delivers into a <see cref="Delivery"/> that owns its memory.</summary>
internal static class AmqpDelivery
{
    private const string DeliveryCountHeader = "x-delivery-count";
    private const string AcquiredCountHeader = "x-acquired-count";
    private const string DeathHeader = "x-death";
    private const string FirstDeathReasonHeader = "x-first-death-reason";
    private const string FirstDeathQueueHeader = "x-first-death-queue";
    private static readonly long MostSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
    private static readonly IReadOnlyDictionary<string, string> NoHeaders = new Dictionary<string, string>(0);

    /// <param name="generation">Of the channel.</param>
    /// <param name="tag">On the channel.</param>
    /// <param name="redelivered">Whether the broker delivered it before; only then are its counts the queue's, and not what a publisher sent.</param>
    /// <param name="exchange">Where it was published to.</param>
    /// <param name="routingKey">What with.</param>
    /// <param name="properties">As the client read them.</param>
    /// <param name="body">In the client's memory.</param>
    /// <param name="countsAcquired">As in <see cref="CountsAcquired"/>.</param>
    internal static Delivery Of(long generation, ulong tag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body, bool countsAcquired)
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
            DeliveryCount = redelivered && headers is not null ? RedeliveriesOf(headers, countsAcquired) : null,
            MessageId = properties.MessageId,
            Type = properties.Type,
            ContentType = properties.ContentType,
            CorrelationId = properties.CorrelationId,
            AppId = properties.AppId,
            Timestamp = properties.IsTimestampPresent() ? AsTime(properties.Timestamp.UnixTime) : null,
            Headers = texts,
            Foreign = ForeignOf(properties, others),
            BrokerDeath = headers is null ? null : LastDeath(headers),
        };
    }

    /// <summary>From RabbitMQ 4.1 on, <c>x-acquired-count</c> counts every delivery and <c>x-delivery-count</c> only some: since 4.3 not those that a
    /// consumer gave back. Where the broker writes one, a publisher's header of that name is overwritten; the other may be left from another queue.</summary>
    internal static bool CountsAcquired(IConnection connection)
        => connection.ServerProperties is { } properties && properties.TryGetValue("version", out var value) && value is byte[] text
            && Version.TryParse(Encoding.UTF8.GetString(text), out var version) && version >= new Version(4, 1);

    private static long? RedeliveriesOf(IDictionary<string, object?> headers, bool countsAcquired)
        => (countsAcquired && headers.TryGetValue(AcquiredCountHeader, out var count)) || headers.TryGetValue(DeliveryCountHeader, out count)
            ? AsNumber(count)
            : null;

    /// <summary>The broker keeps the most recent death first.</summary>
    private static BrokerDeath? LastDeath(IDictionary<string, object?> headers)
        => headers.TryGetValue(DeathHeader, out var deaths) && deaths is IList<object?> { Count: > 0 } list && list[0] is IDictionary<string, object?>
            ? BrokerDeath.Of(list.OfType<IDictionary<string, object?>>().Select(death => (TextOf(death, "queue"), TextOf(death, "reason"))))
            : headers.ContainsKey(FirstDeathReasonHeader)
            ? BrokerDeath.Of([(TextOf(headers, FirstDeathQueueHeader), TextOf(headers, FirstDeathReasonHeader))])
            : null;

    private static string? TextOf(IDictionary<string, object?> table, string name) => table.TryGetValue(name, out var value) ? AsText(value) : null;

    private static ForeignProperties? ForeignOf(IReadOnlyBasicProperties properties, Dictionary<string, object?>? headers)
        => headers is null && !properties.IsReplyToPresent() && !properties.IsContentEncodingPresent() && !properties.IsPriorityPresent()
            && !(properties.IsTimestampPresent() && !IsSeconds(properties.Timestamp.UnixTime))
            ? null
            : new ForeignProperties
            {
                ReplyTo = properties.ReplyTo,
                ContentEncoding = properties.ContentEncoding,
                Priority = properties.IsPriorityPresent() ? properties.Priority : null,
                Timestamp = properties.IsTimestampPresent() && !IsSeconds(properties.Timestamp.UnixTime) ? properties.Timestamp.UnixTime : null,
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
            if (name is DeliveryCountHeader or AcquiredCountHeader or DeathHeader)
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

    /// <summary>Foreign producers send milliseconds, which for all times after 1978 are too many to be seconds, or nonsense, which is no time.</summary>
    private static DateTimeOffset? AsTime(long value)
        => IsSeconds(value) ? DateTimeOffset.FromUnixTimeSeconds(value)
            : value >= 0 && value <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(value)
            : null;

    private static bool IsSeconds(long value) => value >= 0 && value <= MostSeconds;
}
