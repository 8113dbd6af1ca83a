using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Makes the events of an outbox from payloads whose type its catalog knows.</summary>
internal static class OutboxMessages
{
    /// <summary>For an event that is written later: what the outbox refuses is refused where the event is made, and not at the commit.</summary>
    /// <exception cref="ArgumentException">The event breaks a limit.</exception>
    internal static OutboxMessage ToCheckedMessage<T>(this IOutbox outbox, T payload, Destination? destination, string? aggregateType, string? aggregateId,
        PublishOptions? options, string? id = null)
        where T : notnull
    {
        var message = outbox.ToMessage(payload, destination, aggregateType, aggregateId, options, id);
        (outbox as TransactionalOutbox)?.Check(message);
        return message;
    }

    /// <exception cref="ArgumentException">The payload cannot be written in full, or an option is out of its range or not one of an outbox.</exception>
    internal static OutboxMessage ToMessage<T>(this IOutbox outbox, T payload, Destination? destination, string? aggregateType, string? aggregateId,
        PublishOptions? options, string? id = null)
        where T : notnull
    {
        if (options is { Timeout: not null } or { UnroutableBehavior: not UnroutableBehavior.Fail })
        {
            throw new ArgumentException($"{nameof(PublishOptions.Timeout)} and {nameof(PublishOptions.UnroutableBehavior)} are not for one event: the relay "
                + "publishes it later, by its own settings. Leave them out.", nameof(options));
        }

        var message = outbox.Catalog.Create(payload, id);
        return new OutboxMessage(options?.ApplyTo(message) ?? message, destination ?? outbox.Catalog.DestinationOf(message))
        {
            AggregateType = aggregateType,
            AggregateId = aggregateId,
        };
    }
}
