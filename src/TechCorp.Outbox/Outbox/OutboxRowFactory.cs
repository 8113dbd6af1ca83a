using System.Diagnostics;
using System.Text;
using System.Text.Json;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Turns events into rows, refusing at once what the relay or the broker would refuse later.</summary>
internal sealed class OutboxRowFactory(OutboxOptions options)
{
    private const int MaxName = 255;
    private const int ShownBytes = 100;
    private const int MaxHeaders = 16 * 1024;
    private static readonly DateTimeOffset End = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private int _next = -1;

    /// <exception cref="ArgumentException">The event breaks a limit, or its id is no UUID.</exception>
    internal OutboxRow Create(OutboxMessage message) => Create(message, NextPartition);

    /// <summary>For an event whose row is made later.</summary>
    /// <exception cref="ArgumentException">The event breaks a limit, or its id is no UUID.</exception>
    internal void Check(OutboxMessage message) => Create(message, static () => 0);

    // Events without a key are spread over the partitions in rotation; a check does not advance the rotation.
    private short NextPartition() => (short)((uint)Interlocked.Increment(ref _next) % OutboxRow.Partitions);

    private OutboxRow Create(OutboxMessage message, Func<short> partWithoutKey)
    {
        ArgumentNullException.ThrowIfNull(message);
        var (content, destination) = (message.Message ?? throw new ArgumentException("The event has no message.", nameof(message)), message.Destination);
        if (!Guid.TryParseExact(content.Id, "D", out var id))
        {
            throw new ArgumentException($"The id of an event is a UUID like {Guid.Empty}; it is '{content.Id}'.", nameof(message));
        }

        if (content.Body.Length > options.MaxPayloadBytes)
        {
            throw new ArgumentException($"The payload of event {id} ('{content.Type}') has {content.Body.Length} bytes; "
                + $"{nameof(OutboxOptions.MaxPayloadBytes)} is {options.MaxPayloadBytes}.", nameof(message));
        }

        if (string.IsNullOrEmpty(destination.Exchange) && string.IsNullOrEmpty(destination.RoutingKey))
        {
            throw new ArgumentException($"Event {id} ('{content.Type}') has no destination.", nameof(message));
        }

        var key = Name(message.OrderingKey, "ordering key", id);
        return new OutboxRow
        {
            Part = key is null ? partWithoutKey() : OutboxRow.PartOf(key),
            Key = key,
            MessageId = id,
            AggregateType = Name(message.AggregateType, "aggregate type", id),
            AggregateId = Name(message.AggregateId, "aggregate id", id),
            Type = Name(content.Type, "type", id)!,
            Exchange = Name(destination.Exchange, "exchange", id) ?? "",
            RoutingKey = Name(destination.RoutingKey, "routing key", id) ?? "",
            ContentType = Name(content.ContentType, "content type", id)!,
            CorrelationId = Name(content.CorrelationId, "correlation id", id),
            AppId = Name(content.AppId, "app id", id),
            Headers = Headers(content, id),
            Payload = content.Body.ToArray(), // the caller may use the buffer again before the commit
            OccurredAt = Time(content.Timestamp, id),
        };
    }

    private static string? Name(string? value, string what, Guid id)
    {
        if (value is null)
        {
            return null;
        }

        var most = what == "ordering key" ? 2 * MaxName : MaxName;
        var problem = value.Length > most || Encoding.UTF8.GetByteCount(value) > most ? $"has more than {most} bytes of UTF-8"
            : value.Any(char.IsControl) ? "holds control characters"
            : ErrorText.IsStorable(value) ? null
            : "holds half of a surrogate pair";
        if (problem is not null)
        {
            throw new ArgumentException($"The {what} of event {id} {problem}: '{ErrorText.Clean(value, ShownBytes)}'.", nameof(value));
        }

        return value;
    }

    /// <summary>The headers as JSON, with the trace that the event belongs to: the relay publishes it in another one.</summary>
    private static string? Headers(Message message, Guid id)
    {
        var trace = message.Headers.ContainsKey(MessageHeaders.TraceParent) ? null : Activity.Current;
        if (message.Headers.Count == 0 && trace?.Id is null && !StoredProperties.IsNeeded(message))
        {
            return null;
        }

        foreach (var (name, value) in message.Headers)
        {
            if (value is null || !ErrorText.IsStorable(name) || !ErrorText.IsStorable(value))
            {
                throw new ArgumentException($"The header '{ErrorText.Clean(name, ShownBytes)}' of event {id} "
                    + (value is null ? "has no value: leave it out, or give it an empty one."
                        : "holds NUL or half of a surrogate pair, which PostgreSQL cannot store: encode it, for example as Base64."), nameof(message));
            }
        }

        var headers = new Dictionary<string, string>(message.Headers, StringComparer.Ordinal);
        if (trace is { IdFormat: ActivityIdFormat.W3C, Id: { } parent })
        {
            headers[MessageHeaders.TraceParent] = parent;
            if (trace.TraceStateString is { Length: > 0 } state)
            {
                headers[MessageHeaders.TraceState] = state;
            }
        }

        StoredProperties.AddTo(headers, message);
        var size = headers.Sum(header => Encoding.UTF8.GetByteCount(header.Key) + Encoding.UTF8.GetByteCount(header.Value));
        return size <= MaxHeaders && headers.Keys.All(name => Encoding.UTF8.GetByteCount(name) <= MaxName)
            ? JsonSerializer.Serialize(headers, HeadersJson.Default.DictionaryStringString)
            : throw new ArgumentException($"The headers of event {id} have {size} bytes; {MaxHeaders} fit into a message, and {MaxName} into a name.",
                nameof(message));
    }

    /// <exception cref="ArgumentException">AMQP has no such time, or PostgreSQL takes it for an infinite one.</exception>
    private static DateTimeOffset? Time(DateTimeOffset? value, Guid id)
        => value is null || (value >= DateTimeOffset.UnixEpoch && value < End) ? value?.ToUniversalTime()
            : throw new ArgumentException($"The timestamp of event {id} must be between {DateTimeOffset.UnixEpoch:O} and {End:O}; it is {value:O}. "
                + "Leave it out for the time at which the event is written.", nameof(value));
}
