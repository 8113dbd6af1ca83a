namespace TechCorp.Messaging;

/// <summary>How one publish ended, and why. Compared by value.</summary>
/// <param name="Kind">The outcome.</param>
/// <param name="MayHaveBeenDelivered">Whether consumers may see the message: true when confirmed, and true when it is not known: after a negative
/// acknowledgement too, because one full queue of several refuses for all.</param>
/// <param name="Code">The broker's reply code (312: no route, 404: no exchange), or 0.</param>
/// <param name="Reason">The broker's text or this library's; empty when confirmed.</param>
public readonly record struct PublishOutcome(PublishOutcomeKind Kind, bool MayHaveBeenDelivered, int Code, string Reason)
{
    /// <summary>Whether the broker has taken responsibility for the message.</summary>
    public bool IsConfirmed => Kind == PublishOutcomeKind.Confirmed;

    internal static PublishOutcome Confirmed { get; } = new(PublishOutcomeKind.Confirmed, true, 0, "");

    internal static PublishOutcome Returned(int code, string text) => new(PublishOutcomeKind.Returned, false, code, text);

    /// <summary>A negative acknowledgement: of the queues it was routed to, one refused it, and others may have kept it.</summary>
    internal static PublishOutcome Rejected(string reason) => new(PublishOutcomeKind.Rejected, true, 0, reason);

    internal static PublishOutcome ExpiredUnwritten(string reason) => new(PublishOutcomeKind.Expired, false, 0, reason);

    internal static PublishOutcome ExpiredUnconfirmed(string reason) => new(PublishOutcomeKind.Expired, true, 0, reason);

    internal static PublishOutcome ConnectionLost(string reason) => new(PublishOutcomeKind.ConnectionLost, true, 0, reason);
}
