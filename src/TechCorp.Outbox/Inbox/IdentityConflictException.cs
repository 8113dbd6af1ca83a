using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>A message came with the id of another message: the bodies differ. It is dead-lettered, neither handled nor taken for a duplicate.</summary>
public sealed class IdentityConflictException : PermanentFailureException
{
    internal IdentityConflictException(string consumer, string messageId)
        : base($"IdentityConflict: '{consumer}' has handled a message {messageId} with another body. The producer gives one id to two messages; mend it, then redrive under a new id.")
    {
        Consumer = consumer;
        MessageId = messageId;
    }

    /// <summary>The consumer.</summary>
    public string Consumer { get; }

    /// <summary>The id.</summary>
    public string MessageId { get; }
}
