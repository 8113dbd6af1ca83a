using System.Text.Json;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>An event read from the outbox. Times are Unix milliseconds by the database's clock.</summary>
internal sealed class RelayRow
{
    public long Id { get; init; }

    public short Part { get; init; }

    public string? Key { get; init; }

    public string MessageId { get; init; } = "";

    public string Type { get; init; } = "";

    public string Exchange { get; init; } = "";

    public string RoutingKey { get; init; } = "";

    public string ContentType { get; init; } = "";

    public string? CorrelationId { get; init; }

    public string? AppId { get; init; }

    public string? Headers { get; init; }

    public byte[] Payload { get; init; } = [];

    public long OccurredAt { get; init; }

    public int Attempts { get; init; }

    public long CreatedAt { get; init; }

    public long? UnroutableSince { get; init; }

    public long Now { get; init; }

    /// <summary>Whether the row's key was parked and has been redriven: the relay is to lift the mark.</summary>
    public bool Redriven { get; init; }

    /// <summary>The rows that must not overtake this one when no queue is bound for it: those of its key with its destination.</summary>
    internal (string Key, string Exchange, string RoutingKey) Route => (Key ?? "", Exchange, RoutingKey);

    /// <exception cref="ArgumentException">The row cannot be a message: a name is too long, for example.</exception>
    /// <exception cref="JsonException">The headers are no JSON.</exception>
    internal (Message Message, Destination Destination) ToMessage() => (
        new Message
        {
            Body = Payload,
            Type = Type,
            Id = MessageId,
            Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(OccurredAt),
            ContentType = ContentType,
            CorrelationId = CorrelationId,
            AppId = AppId,
            Headers = Headers is { } json ? JsonSerializer.Deserialize(json, HeadersJson.Default.DictionaryStringString)! : [],
        },
        Exchange.Length == 0 ? Destination.ToQueue(RoutingKey) : Destination.ToExchange(Exchange, RoutingKey));
}
