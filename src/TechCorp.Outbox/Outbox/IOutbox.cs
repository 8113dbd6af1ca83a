using System.Data.Common;
using System.Runtime.CompilerServices;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Writes events into the caller's own transaction: they are published if it commits, and only then.</summary>
/// <remarks>
/// At least once after the commit, in order per key. Safe for concurrent use; a transaction is used by one caller at a time.
/// On PostgreSQL writers of one key wait for each other until the commit; two transactions that each publish more than once, keys in opposite order, can
/// deadlock like row locks: the server ends one (40P01), run it again.
/// </remarks>
public interface IOutbox
{
    /// <summary>The message types that can be published by their CLR type.</summary>
    MessageCatalog Catalog { get; }

    /// <summary>Publishes events if the transaction of the caller commits (ADO.NET, Dapper, EF Core through
    /// <c>GetDbTransaction()</c>): writes them into it.</summary>
    /// <param name="transaction">An open transaction on the database of this outbox.</param>
    /// <param name="messages">The events, in the order in which they are published per key.</param>
    /// <param name="cancellationToken">Ends the wait; the transaction is then the caller's to roll back.</param>
    /// <exception cref="ArgumentException">A message breaks a limit or has an id that is no UUID; nothing was written.</exception>
    /// <exception cref="InvalidOperationException">The transaction has ended, or belongs to another database, or the id exists with another body.</exception>
    [OverloadResolutionPriority(1)] // an array or a list of events is no payload
    Task PublishAsync(DbTransaction transaction, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken = default);

    /// <summary>Publishes one event whose type the catalog knows, if the transaction commits.</summary>
    /// <param name="transaction">An open transaction on the database of this outbox.</param>
    /// <param name="payload">The payload; serialized at once.</param>
    /// <param name="destination">Where it is published. Default: the destination registered for the type.</param>
    /// <param name="aggregateType">What kind of thing it is about: <c>Order</c>.</param>
    /// <param name="aggregateId">Which one; events of one thing are published in commit order.</param>
    /// <param name="options">Message id (a UUID), correlation id, headers, priority, expiration and delay; no others. A delay begins when the
    /// relay publishes.</param>
    /// <param name="cancellationToken">Ends the wait; the transaction is then the caller's to roll back.</param>
    /// <exception cref="ArgumentException">The payload cannot be written in full, or an option is out of its range; nothing was written.</exception>
    /// <exception cref="InvalidOperationException">The type is not in the catalog, or has no destination and none was
    /// given; or the transaction has ended.</exception>
    Task PublishAsync<T>(DbTransaction transaction, T payload, Destination? destination = null, string? aggregateType = null, string? aggregateId = null,
        PublishOptions? options = null, CancellationToken cancellationToken = default)
        where T : notnull
        => PublishAsync(transaction, [this.ToMessage(payload, destination, aggregateType, aggregateId, options)], cancellationToken);

    /// <summary>Wakes the relay: something was committed. Without it the relay's next poll finds it.</summary>
    void Wake();
}
