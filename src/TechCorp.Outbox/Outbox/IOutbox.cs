using System.Data.Common;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Writes events into the caller's own transaction: they are published if it commits, and only then.</summary>
/// <remarks>
/// At least once after the commit, in order per key. Safe for concurrent use; a transaction is used by one caller at a time.
/// On PostgreSQL writers of one key wait for each other until the commit; two transactions that each append more than once, keys in opposite order, can deadlock like row locks: the server ends one (40P01), run it again.
/// </remarks>
public interface IOutbox
{
    /// <summary>The message types that can be appended by their CLR type.</summary>
    MessageCatalog Catalog { get; }

    /// <summary>Appends events to a transaction that somebody else owns (ADO.NET, Dapper, EF Core through <c>GetDbTransaction()</c>).</summary>
    /// <param name="transaction">An open transaction on the database of this outbox.</param>
    /// <param name="messages">The events, in the order in which they are published per key.</param>
    /// <param name="cancellationToken">Ends the wait; the transaction is then the caller's to roll back.</param>
    /// <exception cref="ArgumentException">A message breaks a limit or has an id that is no UUID; nothing was written.</exception>
    /// <exception cref="InvalidOperationException">The transaction has ended, or belongs to another database, or the id is there with another body.</exception>
    Task PublishAsync(DbTransaction transaction, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken = default);

    /// <summary>Tells the relay that something was committed. Without it the relay's next poll finds it.</summary>
    void Wake();
}
