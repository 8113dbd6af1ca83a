namespace TechCorp.Messaging;

/// <summary>How a publish ended.</summary>
public enum PublishOutcomeKind
{
    /// <summary>Not known; the kind of a default <see cref="PublishOutcome"/>.</summary>
    Unknown,

    /// <summary>The broker has taken responsibility for the message.</summary>
    Confirmed,

    /// <summary>No queue is bound, or the exchange does not exist; the broker has not kept the message.</summary>
    Returned,

    /// <summary>The broker refused the message (negative acknowledgement; a full queue, for example). Other queues that it was
    /// routed to may have kept it.</summary>
    Rejected,

    /// <summary>The deadline passed; <see cref="PublishOutcome.MayHaveBeenDelivered"/> says whether it was written.</summary>
    Expired,

    /// <summary>The connection was lost before the confirm; the message may have been delivered.</summary>
    ConnectionLost,
}
