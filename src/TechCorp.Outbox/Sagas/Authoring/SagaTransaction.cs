using System.Data.Common;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>The transaction in which a saga changes its state, open to the author's own writes.</summary>
/// <remarks>Valid until the work returns; one caller at a time. Do not commit or roll back: throw, or return. No calls to others in it.</remarks>
/// <typeparam name="TState">The saga's state.</typeparam>
public sealed class SagaTransaction<TState>
    where TState : class
{
    private readonly SagaEvents _events;

    internal SagaTransaction(SagaCall call, DbTransaction transaction, TState state, SagaEvents events)
    {
        SagaId = call.Id;
        BusinessKey = call.BusinessKey;
        Reason = call.Reason;
        Transaction = transaction;
        Connection = transaction.Connection ?? throw new InvalidOperationException("The transaction has ended already.");
        State = state;
        _events = events;
    }

    /// <summary>The instance.</summary>
    public Guid SagaId { get; }

    /// <summary>What the saga is about: the order's id.</summary>
    public string BusinessKey { get; }

    /// <summary>Why the saga was compensated; null where it was not.</summary>
    public string? Reason { get; }

    /// <summary>The connection; pass it to Dapper together with <see cref="Transaction"/>.</summary>
    public DbConnection Connection { get; }

    /// <summary>The transaction that the saga's own rows are written in.</summary>
    public DbTransaction Transaction { get; }

    /// <summary>The saga's state; what is assigned or changed is kept.</summary>
    public TState State { get; set; }

    /// <summary>Publishes an event if, and only if, this transaction commits.</summary>
    /// <exception cref="InvalidOperationException">The type is not in the catalog, or has no destination and none was given.</exception>
    /// <exception cref="ArgumentException">The payload cannot be serialized or is too large.</exception>
    public void Publish<T>(T payload, Destination? destination = null, string? aggregateType = null, string? aggregateId = null,
        PublishOptions? options = null)
        where T : notnull
        => _events.Add(payload, destination, aggregateType, aggregateId, options);
}
