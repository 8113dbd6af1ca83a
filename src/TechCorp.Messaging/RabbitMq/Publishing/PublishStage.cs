namespace TechCorp.Messaging;

/// <summary>Where a publish stands.</summary>
internal enum PublishStage : byte
{
    /// <summary>In the pool.</summary>
    Idle,

    /// <summary>In the queue for its turn to write: for a connection, for the window, for others.</summary>
    Waiting,

    /// <summary>Has its sequence number; being written, or written and unconfirmed.</summary>
    InFlight,

    /// <summary>Has its outcome.</summary>
    Done,
}
