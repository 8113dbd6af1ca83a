namespace TechCorp.Messaging;

/// <summary>A queue as the service wants it; durable and shared, except that of <see cref="Topology.Broadcast"/>. Compared by value.</summary>
public sealed record QueueDeclaration
{
    /// <summary>A quorum queue without limits.</summary>
    /// <exception cref="ArgumentException">The name is empty, over 255 bytes of UTF-8 or holds control characters.</exception>
    public QueueDeclaration(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = AmqpName.Check(name, nameof(name));
    }

    /// <summary>The queue's name.</summary>
    public string Name { get; }

    /// <summary>How the broker keeps it. Default: <see cref="QueueKind.Quorum"/>.</summary>
    public QueueKind Kind { get; init; }

    /// <summary>How long a message may wait before it is dead-lettered or dropped; none by default.</summary>
    public TimeSpan? MessageTimeToLive { get; init; }

    /// <summary>The exchange that dead letters go to; none by default.</summary>
    public string? DeadLetterExchange { get; init; }

    /// <summary>The key they are sent with; their own by default.</summary>
    public string? DeadLetterRoutingKey { get; init; }

    /// <summary>How many times a quorum queue delivers one message again before it dead-letters it, or drops it where there is no dead-letter exchange.
    /// Default: none given, but 100 in <see cref="Topology.WorkQueue(QueueDeclaration)"/>.</summary>
    /// <remarks>
    /// Where none is given RabbitMQ 3 has no limit, and puts requeued messages behind all others; from 4.0 on the limit is 20. A negative one is no limit from
    /// 4.0 on, and before the first requeued message is given up. 1,000,000,000 is no limit in practice on every version. From 4.3 on only
    /// deliveries that were lost with their channel count, not those that a consumer requeued.
    /// See <see href="https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling"/>.
    /// </remarks>
    public int? DeliveryLimit { get; init; }

    /// <summary>The most messages it holds; no limit by default.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Whether a full queue refuses publishes (<see cref="PublishOutcomeKind.Rejected"/>; <c>x-overflow: reject-publish</c>), which at-least-once
    /// dead-lettering needs. Default: false, and it drops or dead-letters its oldest message.</summary>
    public bool RejectPublishWhenFull { get; init; }

    /// <summary>Whether only one consumer at a time gets messages.</summary>
    public bool SingleActiveConsumer { get; init; }

    /// <summary>Whether each process has its own, which the broker deletes with the process's connection. The name is that of its kind, not the
    /// broker's.</summary>
    internal bool IsExclusive { get; init; }

    internal FurtherArguments Further { get; private init; } = FurtherArguments.None;

    /// <summary>With an argument of the broker that has no property here: <c>x-max-priority</c>, <c>x-expires</c>. The
    /// in-memory broker gives it no effect.</summary>
    /// <param name="name">The argument's name.</param>
    /// <param name="value">A text, an int, a long or a bool.</param>
    /// <exception cref="ArgumentException">The argument has a property here, or the value is of another type.</exception>
    public QueueDeclaration WithArgument(string name, object value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (QueueArguments.PropertyOf(name) is { } property)
        {
            throw new ArgumentException($"Set '{name}' by the property {property}.", nameof(name));
        }

        return this with { Further = Further.With(name, value) };
    }
}
