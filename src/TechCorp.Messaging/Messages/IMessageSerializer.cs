namespace TechCorp.Messaging;

/// <summary>The format of one message type on the wire.</summary>
/// <remarks>Safe for concurrent use.</remarks>
/// <typeparam name="T">The payload's type.</typeparam>
public interface IMessageSerializer<T>
    where T : notnull
{
    /// <summary>The content type written beside the body: <c>application/json</c>.</summary>
    string ContentType { get; }

    /// <summary>The payload as bytes.</summary>
    ReadOnlyMemory<byte> Serialize(T payload);

    /// <summary>The payload of the bytes. When it throws, the message is dead-lettered.</summary>
    T Deserialize(ReadOnlySpan<byte> body);
}
