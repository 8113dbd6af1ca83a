namespace TechCorp.Messaging;

/// <summary>What the broker is told about a delivery.</summary>
internal enum Settlement
{
    /// <summary>Done: forget it.</summary>
    Acknowledge,

    /// <summary>Back to the queue, at its old place where the queue can.</summary>
    Requeue,

    /// <summary>Dead-letter by the queue's own arguments, or drop where it has none.</summary>
    Reject,
}
