using System.Collections.Frozen;

namespace TechCorp.Messaging;

/// <summary>One queue as it will be consumed.</summary>
/// <param name="Options">Checked, and not changed any more.</param>
/// <param name="Handlers">By wire name.</param>
/// <param name="DeadLetters">Where its dead letters go.</param>
/// <param name="SingleActiveConsumer">Whether the broker serves one consumer of the queue at a time: to get nothing while messages are
/// ready is normal for the others.</param>
internal sealed record ConsumerPlan(ConsumerOptions Options, FrozenDictionary<string, BoundHandler> Handlers, Destination DeadLetters,
    bool SingleActiveConsumer)
{
    internal string Queue => Options.Queue;
}
