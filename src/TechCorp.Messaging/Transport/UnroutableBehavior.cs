namespace TechCorp.Messaging;

/// <summary>What a publish means when no queue is bound for its routing key.</summary>
public enum UnroutableBehavior
{
    /// <summary>The publish fails with <see cref="PublishOutcomeKind.Returned"/>. The default.</summary>
    Fail,

    /// <summary>The publish counts as confirmed: for an event without subscribers.</summary>
    Accept,
}
