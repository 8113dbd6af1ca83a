using System.Diagnostics;
using System.Text.Json;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>An event read from the outbox. Times are Unix milliseconds by the database's clock.</summary>
[DebuggerDisplay("{Type,nq} {MessageId,nq} partition={Part} key={Key} attempts={Attempts}")]
internal sealed record RelayRow
{
    internal long Id { get; init; }

    internal short Part { get; init; }

    internal string? Key { get; init; }

    internal string MessageId { get; init; } = "";

    internal string Type { get; init; } = "";

    internal string Exchange { get; init; } = "";

    internal string RoutingKey { get; init; } = "";

    internal string ContentType { get; init; } = "";

    internal string? CorrelationId { get; init; }

    internal string? AppId { get; init; }

    internal string? Headers { get; init; }

    internal byte[] Payload { get; init; } = [];

    /// <summary>Null where the database holds an infinite time.</summary>
    internal long? OccurredAt { get; init; }

    internal int Attempts { get; init; }

    internal long CreatedAt { get; init; }

    internal long? UnroutableSince { get; init; }

    internal long Now { get; init; }

    /// <summary>The oldest transaction that was running at the read; 0 where one writes at a time.</summary>
    internal long Oldest { get; init; }

    /// <summary>The first transaction that had not begun at the read; 0 where one writes at a time.</summary>
    internal long Newest { get; init; }

    /// <summary>Whether the row's key was parked and has been redriven: the relay is to lift the mark.</summary>
    internal bool Redriven { get; init; }

    /// <summary>Why the rest of the row could not be read; null where it was.</summary>
    internal string? Unreadable { get; init; }

    /// <summary>The rows that must not overtake this one when no queue is bound for it: those of its key with its destination.</summary>
    internal (string Key, string Exchange, string RoutingKey) Route => (Key ?? "", Exchange, RoutingKey);

    /// <exception cref="ArgumentException">The row cannot be a message: a name is too long, for example.</exception>
    /// <exception cref="JsonException">The headers are no JSON.</exception>
    internal (Message Message, Destination Destination) ToMessage()
    {
        if (Unreadable is not null)
        {
            throw new ArgumentException($"The row cannot be read: {Unreadable}");
        }

        var headers = Headers is { } json ? JsonSerializer.Deserialize(json, HeadersJson.Default.DictionaryStringString) ?? [] : [];
        if (headers.FirstOrDefault(static header => header.Value is null).Key is { } name)
        {
            throw new ArgumentException($"The header '{name}' has no value.");
        }

        var message = new Message
        {
            Body = Payload,
            Type = Type,
            Id = MessageId,
            Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(OccurredAt ?? throw new ArgumentException("Its time is infinite.")),
            ContentType = ContentType,
            CorrelationId = CorrelationId,
            AppId = AppId,
            Priority = StoredProperties.TakePriority(headers),
            Expiration = StoredProperties.TakeExpiration(headers),
            Delay = StoredProperties.TakeDelay(headers),
            Headers = headers,
        };
        return (message, Exchange.Length == 0 ? Destination.ToQueue(RoutingKey) : Destination.ToExchange(Exchange, RoutingKey));
    }
}
