namespace TechCorp.Messaging;

/// <summary>One registered message type with its format.</summary>
internal sealed class MessageType<T>(string wireName, IMessageSerializer<T> serializer, Destination? destination) : MessageType(wireName, typeof(T), destination)
    where T : notnull
{
    internal IMessageSerializer<T> Serializer { get; } = serializer;

    internal ReadOnlyMemory<byte> Serialize(T payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        try
        {
            return Serializer.Serialize(payload);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new ArgumentException($"A {typeof(T)} ('{WireName}') cannot be serialized: {e.Message}", nameof(payload), e);
        }
    }
}
