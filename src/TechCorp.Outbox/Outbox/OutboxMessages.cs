using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Makes the events of an outbox from payloads whose type its catalog knows.</summary>
internal static class OutboxMessages
{
    /// <summary>For an event that is written later: what the outbox refuses is refused where the event is made, and not at the commit.</summary>
    /// <exception cref="ArgumentException">The event breaks a limit.</exception>
    internal static OutboxMessage ToCheckedMessage<T>(this IOutbox outbox, T payload, Destination? destination, string? aggregateType, string? aggregateId,
        string? id = null)
        where T : notnull
    {
        var message = outbox.ToMessage(payload, destination, aggregateType, aggregateId, id);
        (outbox as TransactionalOutbox)?.Check(message);
        return message;
    }

    internal static OutboxMessage ToMessage<T>(this IOutbox outbox, T payload, Destination? destination, string? aggregateType, string? aggregateId,
        string? id = null)
        where T : notnull
        => new(outbox.Catalog.Create(payload, id), destination ?? outbox.Catalog.DestinationOf<T>())
        {
            AggregateType = aggregateType,
            AggregateId = aggregateId,
        };
}
