namespace TechCorp.Messaging;

/// <summary>What happens to a message whose type has no handler on its queue. See <see cref="ConsumerOptions.WhenTypeUnknown"/>.</summary>
public enum UnknownTypeBehavior
{
    /// <summary>As the queue's declaration suggests: <see cref="Ignore"/> where it is bound to a fanout or topic exchange, as by <see cref="Topology.Fanout"/>,
    /// <see cref="Topology.Topic"/> and <see cref="Topology.Broadcast"/>, whose publisher may add event types at any time;
    /// <see cref="DeadLetter"/> otherwise.</summary>
    Default,

    /// <summary>It is dead-lettered with the reason <c>unknown-type</c>, and logged as an error.</summary>
    DeadLetter,

    /// <summary>It is acknowledged without a handler call, counted (<see cref="ConsumerStatus.Ignored"/>) and logged once for each type.</summary>
    Ignore,
}
