namespace TechCorp.Messaging;

/// <summary>How a delivery is settled at the broker.</summary>
internal enum Settlement
{
    /// <summary>The message is handled and leaves the queue.</summary>
    Acknowledge,

    /// <summary>Back to the queue, at its earlier position where the queue can.</summary>
    Requeue,

    /// <summary>Dead-letter by the queue's arguments, or drop where it has none.</summary>
    Reject,
}
