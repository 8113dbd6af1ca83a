using System.Data.Common;
using System.Globalization;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>The transaction that a message is handled in.</summary>
/// <remarks>Valid until the handler returns; one caller at a time. Do not commit or roll back: throw, or return.</remarks>
public sealed class TransactionContext
{
    private readonly IOutbox _outbox;
    private readonly Func<string, string> _eventId;
    private readonly List<OutboxMessage> _events = [];
    private readonly List<Func<CancellationToken, Task>> _afterCommit = [];

    internal TransactionContext(DbTransaction transaction, IOutbox outbox, MessageContext message, Func<string, string> eventId)
    {
        Transaction = transaction;
        Connection = transaction.Connection ?? throw new InvalidOperationException("The transaction has ended already.");
        Message = message;
        _outbox = outbox;
        _eventId = eventId;
    }

    /// <summary>The connection; pass it to Dapper together with <see cref="Transaction"/>.</summary>
    public DbConnection Connection { get; }

    /// <summary>The transaction that the inbox mark is in.</summary>
    public DbTransaction Transaction { get; }

    /// <summary>The delivery.</summary>
    public MessageContext Message { get; }

    internal IReadOnlyList<OutboxMessage> Events => _events;

    internal IReadOnlyList<Func<CancellationToken, Task>> AfterCommitWork => _afterCommit;

    /// <summary>Publishes an event if, and only if, this transaction commits. Its id derives from the consumer, the input's id and its
    /// place, so a re-run gives the same ids.</summary>
    /// <exception cref="InvalidOperationException">The type is not in the catalog, or has no destination and none was given.</exception>
    /// <exception cref="ArgumentException">The payload cannot be serialized or is too large.</exception>
    public void Publish<T>(T payload, Destination? destination = null, string? aggregateType = null, string? aggregateId = null,
        PublishOptions? options = null)
        where T : notnull
        => _events.Add(_outbox.ToCheckedMessage(payload, destination, aggregateType, aggregateId, options,
            _eventId(_events.Count.ToString(CultureInfo.InvariantCulture))));

    /// <summary>Registers work to be done after the commit by this process, at most once: a failure is logged. For work
    /// that must not be lost implement <see cref="IAfterCommit{T}"/>.</summary>
    public void AfterCommit(Func<CancellationToken, Task> work) => _afterCommit.Add(work);
}
