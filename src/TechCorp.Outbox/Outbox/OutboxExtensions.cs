using System.Data.Common;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>The everyday way to append.</summary>
public static class OutboxExtensions
{
    extension(IOutbox outbox)
    {
        /// <summary>Appends one event whose type the catalog knows to a transaction that somebody else owns.</summary>
        /// <exception cref="InvalidOperationException">The type is not in the catalog, or has no destination and none was given; or the transaction has ended.</exception>
        public Task PublishAsync<T>(DbTransaction transaction, T payload, Destination? destination = null, string? aggregateType = null, string? aggregateId = null, CancellationToken cancellationToken = default)
            where T : notnull
            => outbox.PublishAsync(transaction, [outbox.ToMessage(payload, destination, aggregateType, aggregateId)], cancellationToken);

        /// <summary>For an event that is appended later: what the outbox refuses is refused where the event is made, and not at the commit.</summary>
        /// <exception cref="ArgumentException">The event breaks a limit.</exception>
        internal OutboxMessage ToCheckedMessage<T>(T payload, Destination? destination, string? aggregateType, string? aggregateId, string? id = null)
            where T : notnull
        {
            var message = outbox.ToMessage(payload, destination, aggregateType, aggregateId, id);
            (outbox as TransactionalOutbox)?.Check(message);
            return message;
        }

        internal OutboxMessage ToMessage<T>(T payload, Destination? destination, string? aggregateType, string? aggregateId, string? id = null)
            where T : notnull
            => new(outbox.Catalog.Create(payload, id), destination ?? outbox.Catalog.DestinationOf<T>()) { AggregateType = aggregateType, AggregateId = aggregateId };
    }
}
