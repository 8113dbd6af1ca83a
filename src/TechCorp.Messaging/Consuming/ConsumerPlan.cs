using System.Collections.Frozen;

namespace TechCorp.Messaging;

/// <summary>One queue as it will be consumed.</summary>
/// <param name="Options">Checked, and not changed any more.</param>
/// <param name="Handlers">By wire name.</param>
internal sealed record ConsumerPlan(ConsumerOptions Options, FrozenDictionary<string, BoundHandler> Handlers)
{
    /// <summary>The limit of a quorum queue that declares none, from RabbitMQ 4.0 on.</summary>
    private const int BrokersOwnLimit = 20;

    internal string Queue => Options.Queue;

    /// <summary>Where its dead letters go; null where what fails is dropped.</summary>
    internal DeadLetterTarget? DeadLetters { get; init; }

    /// <summary>The queues that its copies go to, with the bindings and exchanges of its dead letters: what is declared again when it is missing.</summary>
    internal Topology CopyTargets { get; init; } = Topology.Empty;

    /// <summary>The names of the queues that its copies go to, as far as they are known.</summary>
    internal IReadOnlyList<string> CopyQueues { get; init; } = [];

    /// <summary>Whether the broker serves one consumer of the queue at a time: to get nothing while messages are ready is normal for the others.</summary>
    internal bool SingleActiveConsumer { get; init; }

    /// <summary>Whether a message is acknowledged whose type has no handler here.</summary>
    internal bool IgnoresUnknownTypes { get; init; }

    /// <summary>The queue's kind as it is declared here; null when it is declared elsewhere.</summary>
    internal QueueKind? Kind { get; init; }

    /// <summary>The broker's delivery limit as it is declared here; null when it is not known.</summary>
    internal int? DeliveryLimit { get; init; }

    /// <summary>Whether the process has the queue for itself, and the broker deletes it with the process's connection.</summary>
    internal bool IsExclusive { get; init; }

    /// <summary>Whether this service declares what it needs at the broker.</summary>
    internal bool MayDeclare { get; init; } = true;

    /// <summary>The redeliveries after which a message is not handled beside others; null for no limit. At most half of the broker's own limit, at which it
    /// dead-letters a message unhandled: the other half is for what interrupts isolated attempts. None for a queue that the process has for itself: a message
    /// that ends the process ends with the queue.</summary>
    internal int? RedeliveryLimit => IsExclusive || Options.RedeliveryLimit is not { } limit ? null
        : Kind == QueueKind.Classic ? limit
        : Math.Min(limit, (DeliveryLimit ?? BrokersOwnLimit) / 2);

    /// <summary>How many times the broker delivered the message before; null when it is not known.</summary>
    internal long? RedeliveriesOf(Delivery delivery) => !delivery.Redelivered ? 0 : Kind == QueueKind.Classic ? null : delivery.DeliveryCount;

    /// <summary>Whether the message was delivered so often that it may be what ends its processes. Where the broker does not count,
    /// every redelivery is.</summary>
    internal bool IsOverLimit(Delivery delivery) => RedeliveryLimit is { } limit && delivery.Redelivered && (RedeliveriesOf(delivery) ?? long.MaxValue) > limit;
}
