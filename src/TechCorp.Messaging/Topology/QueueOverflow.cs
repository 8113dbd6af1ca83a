namespace TechCorp.Messaging;

/// <summary>What a full queue does.</summary>
public enum QueueOverflow
{
    /// <summary>Drops (or dead-letters) its oldest message. The broker's default.</summary>
    DropHead,

    /// <summary>Refuses the publish: <see cref="PublishOutcomeKind.Rejected"/>. At-least-once dead-lettering needs it.</summary>
    RejectPublish,
}
