namespace TechCorp.Resilience;

/// <summary>The operation has run, but its stored result is not one that this version of the program can read. It is not run again.</summary>
public sealed class StoredResultUnreadableException : IdempotencyException
{
    internal StoredResultUnreadableException(IdempotencyKey key, string storedTag, string expectedTag, Exception? innerException)
        : base(key, $"The stored result of '{key}' is a '{storedTag}'; a '{expectedTag}' that can be read was expected. It was not run again.", innerException)
    {
        StoredTag = storedTag;
        ExpectedTag = expectedTag;
    }

    /// <summary>The type tag of the stored result.</summary>
    public string StoredTag { get; }

    /// <summary>The type tag that the operation's serializer reads.</summary>
    public string ExpectedTag { get; }
}
