namespace TechCorp.Messaging;

/// <summary>How the broker keeps a queue.</summary>
public enum QueueKind
{
    /// <summary>Replicated and durable; counts deliveries. The default.</summary>
    Quorum,

    /// <summary>On one node; durable.</summary>
    Classic,
}
