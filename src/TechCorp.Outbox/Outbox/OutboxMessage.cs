using System.Diagnostics;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>An event to be written to the outbox: the message, where it goes, and what it is about.</summary>
/// <param name="Message">The serialized message. Its id must be a UUID.</param>
/// <param name="Destination">Where the relay publishes it.</param>
[DebuggerDisplay("{Message.Type,nq} {Message.Id,nq} key={OrderingKey}")]
public sealed record OutboxMessage(Message Message, Destination Destination)
{
    /// <summary>What kind of thing the event is about: <c>Order</c>.</summary>
    public string? AggregateType { get; init; }

    /// <summary>Which one.</summary>
    public string? AggregateId { get; init; }

    /// <summary>Events with the same key are published in commit order. Default: aggregate type and id, where both are given; none otherwise.</summary>
    public string? Key { get; init; }

    internal string? OrderingKey => Key ?? (AggregateType is { } type && AggregateId is { } id ? $"{type}/{id}" : null);
}
