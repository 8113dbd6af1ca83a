namespace TechCorp.Messaging;

/// <summary>Thrown by a handler to say that no further attempt can help: the message goes to the dead-letter queue at once.</summary>
public class PermanentFailureException : Exception
{
    /// <summary>Says why; the reason is kept in the dead letter.</summary>
    public PermanentFailureException(string reason)
        : base(reason)
    {
    }

    /// <summary>Says why, with the cause.</summary>
    public PermanentFailureException(string reason, Exception innerException)
        : base(reason, innerException)
    {
    }
}
