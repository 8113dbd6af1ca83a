namespace TechCorp.Messaging;

/// <summary>What stands for the id of a message that came without one.</summary>
public enum MissingMessageId
{
    /// <summary>Nothing: a handler that needs an id (the inbox) dead-letters the message. The default.</summary>
    Reject,

    /// <summary>A hash of the body: equal bodies count as the same message.</summary>
    FromBodyHash,
}
