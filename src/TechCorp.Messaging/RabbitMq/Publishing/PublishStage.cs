namespace TechCorp.Messaging;

/// <summary>How far a publish has come.</summary>
internal enum PublishStage : byte
{
    /// <summary>In the pool.</summary>
    Idle,

    /// <summary>In the queue: for a connection, for confirms of earlier publishes, or for the writer.</summary>
    Waiting,

    /// <summary>Has its sequence number; being written, or written and unconfirmed.</summary>
    InFlight,

    /// <summary>Has its outcome.</summary>
    Done,
}
