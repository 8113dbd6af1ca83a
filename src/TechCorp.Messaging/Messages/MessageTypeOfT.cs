namespace TechCorp.Messaging;

/// <summary>One registered message type with its format.</summary>
internal sealed class MessageType<T>(string wireName, IMessageSerializer<T> serializer, Destination? destination)
    : MessageType(wireName, typeof(T), destination)
    where T : notnull
{
    internal IMessageSerializer<T> Serializer { get; } = serializer;

    internal ReadOnlyMemory<byte> Serialize(T payload) => Guarded(payload, static (payload, serializer) => serializer.Serialize(payload));

    /// <summary>Into an array of the shared pool, which the caller returns; null where the format has its own array.</summary>
    internal ReadOnlyMemory<byte> Serialize(T payload, out byte[]? rented)
    {
        if (Serializer is not JsonMessageSerializer<T>)
        {
            rented = null;
            return Serialize(payload);
        }

        (rented, var length) = Guarded(payload, static (payload, serializer) => ((JsonMessageSerializer<T>)serializer).SerializePooled(payload));
        return rented.AsMemory(0, length);
    }

    private TResult Guarded<TResult>(T payload, Func<T, IMessageSerializer<T>, TResult> serialize)
    {
        ArgumentNullException.ThrowIfNull(payload);
        try
        {
            return serialize(payload, Serializer);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new ArgumentException($"A {typeof(T)} ('{WireName}') cannot be serialized: {exception.Message}", nameof(payload), exception);
        }
    }
}
