using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>One call of a step's action.</summary>
/// <remarks>Valid until the action returns. What was changed or published counts only if the call has an outcome: an unknown one
/// leaves the state as it was.</remarks>
/// <typeparam name="TState">The saga's state.</typeparam>
public sealed class StepContext<TState>
    where TState : class
{
    private readonly SagaEvents _events;

    internal StepContext(SagaCall call, TState state, SagaEvents events)
    {
        SagaId = call.Id;
        BusinessKey = call.BusinessKey;
        IdempotencyKey = call.Key;
        Attempt = call.Attempt;
        State = state;
        _events = events;
    }

    /// <summary>The instance.</summary>
    public Guid SagaId { get; }

    /// <summary>What the saga is about: the order's id.</summary>
    public string BusinessKey { get; }

    /// <summary>The same for every attempt of this step of this instance, and of no other; fit for an <c>Idempotency-Key</c> header.</summary>
    public string IdempotencyKey { get; }

    /// <summary>Which attempt this is, from 1.</summary>
    public int Attempt { get; }

    /// <summary>The saga's state; what is assigned or changed is kept with the outcome.</summary>
    public TState State { get; set; }

    /// <summary>Publishes an event in the transaction that keeps the outcome of this call.</summary>
    /// <exception cref="InvalidOperationException">The type is not in the catalog, or has no destination and none was given.</exception>
    /// <exception cref="ArgumentException">The payload cannot be serialized or is too large.</exception>
    public void Publish<T>(T payload, Destination? destination = null, string? aggregateType = null, string? aggregateId = null,
        PublishOptions? options = null)
        where T : notnull
        => _events.Add(payload, destination, aggregateType, aggregateId, options);
}
