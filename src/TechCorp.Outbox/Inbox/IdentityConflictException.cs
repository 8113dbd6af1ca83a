using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>A message came with the id of another message: the bodies differ. It is dead-lettered, neither handled nor taken for a duplicate.</summary>
internal sealed class IdentityConflictException : PermanentFailureException
{
    internal IdentityConflictException(string consumer, string messageId)
        : base($"IdentityConflict: '{consumer}' has handled a message {messageId} with another body. The producer uses one id for two messages; correct it, "
            + "then redrive the message under a new id.")
    {
    }
}
