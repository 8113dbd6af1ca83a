namespace TechCorp.Messaging;

/// <summary>One queue as it will be consumed.</summary>
/// <param name="Options">Checked, and nobody changes them any more.</param>
/// <param name="Handlers">By wire name.</param>
/// <param name="FixedWireName">The one type of the queue, when <see cref="TypeFrom"/> says so.</param>
/// <param name="DeadLetters">Where its dead letters go.</param>
internal sealed record ConsumerPlan(ConsumerOptions Options, HandlerRegistry Handlers, string? FixedWireName, Destination DeadLetters)
{
    internal string Queue => Options.Queue;
}
