namespace TechCorp.Messaging;

/// <summary>Thrown by a handler to ask for another attempt after a delay; the attempt does not count against the policy, also where its
/// <see cref="ConsumerOptions.HandlerTimeout"/> has ended.</summary>
public sealed class RetryLaterException : Exception
{
    /// <summary>Says why, and how long to wait: the next step of the queue's delay ladder that is long enough, and at most its longest; the handler is called
    /// again then. Without a ladder the message is held, where it counts against <see cref="ConsumerOptions.Concurrency"/>, and the handler is called again
    /// after between 1 s and 1 min; what came more than 15 min ago is requeued, which a quorum queue counts.</summary>
    public RetryLaterException(string reason, TimeSpan delay)
        : base(reason) => Delay = delay;

    /// <summary>How long to wait, as far as the ladder goes.</summary>
    public TimeSpan Delay { get; }
}
