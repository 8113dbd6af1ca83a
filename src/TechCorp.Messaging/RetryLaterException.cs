namespace TechCorp.Messaging;

/// <summary>Thrown by a handler to ask for another attempt not before a delay; the attempt does not count against the policy.</summary>
public sealed class RetryLaterException : Exception
{
    /// <summary>Says why, and how long to wait at least; rounded up to a step of the queue's delay ladder.</summary>
    public RetryLaterException(string reason, TimeSpan delay)
        : base(reason) => Delay = delay;

    /// <summary>How long to wait at least.</summary>
    public TimeSpan Delay { get; }
}
