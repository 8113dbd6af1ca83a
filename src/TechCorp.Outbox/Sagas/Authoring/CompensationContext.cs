using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>One call of a step's compensation.</summary>
/// <remarks>Valid until the compensation returns. The action may have happened, not happened, or happen later still: see <see cref="SagaBarrier"/>.</remarks>
/// <typeparam name="TState">The saga's state.</typeparam>
public sealed class CompensationContext<TState>
    where TState : class
{
    private readonly SagaEvents _events;

    internal CompensationContext(SagaCall call, TState state, SagaEvents events)
    {
        SagaId = call.Id;
        BusinessKey = call.BusinessKey;
        IdempotencyKey = call.Key;
        ActionKey = call.ActionKey;
        Output = call.Output;
        Reason = call.Reason;
        Attempt = call.Attempt;
        State = state;
        _events = events;
    }

    /// <summary>The instance.</summary>
    public Guid SagaId { get; }

    /// <summary>What the saga is about: the order's id.</summary>
    public string BusinessKey { get; }

    /// <summary>The compensation's own key, the same for every attempt; another than the action's.</summary>
    public string IdempotencyKey { get; }

    /// <summary>The key that the action was called with: names what is to be undone.</summary>
    public string ActionKey { get; }

    /// <summary>What the action left; null when its outcome is not known, or it left nothing.</summary>
    public string? Output { get; }

    /// <summary>Why the saga is compensated.</summary>
    public string? Reason { get; }

    /// <summary>Which attempt this is, from 1.</summary>
    public int Attempt { get; }

    /// <summary>The saga's state; what is assigned or changed is kept when the compensation returns.</summary>
    public TState State { get; set; }

    /// <summary>Publishes an event in the transaction that records that the compensation is done.</summary>
    /// <exception cref="InvalidOperationException">The type is not in the catalog, or has no destination and none was given.</exception>
    /// <exception cref="ArgumentException">The payload cannot be serialized or is too large.</exception>
    public void Publish<T>(T payload, Destination? destination = null, string? aggregateType = null, string? aggregateId = null,
        PublishOptions? options = null)
        where T : notnull
        => _events.Add(payload, destination, aggregateType, aggregateId, options);
}
