namespace TechCorp.Messaging;

/// <summary>One registered message type with its format.</summary>
internal sealed class MessageType<T>(string wireName, IMessageSerializer<T> serializer, Destination? destination)
    : MessageType(wireName, typeof(T), destination)
    where T : notnull
{
    internal IMessageSerializer<T> Serializer { get; } = serializer;

    internal override string ContentType => Serializer.ContentType;

    /// <summary>A format of the author's own is trusted with what is derived from a type without own instances, and with nothing else.</summary>
    internal override bool Holds(Type actual)
        => Serializer is JsonMessageSerializer<T> json ? json.Holds(actual) : JsonShape.IsOf(typeof(T), actual) || JsonShape.HasNoInstances(typeof(T));

    internal ReadOnlyMemory<byte> SerializeExactly(T payload, bool pooled, out byte[]? rented)
    {
        if (!pooled || Serializer is not JsonMessageSerializer<T>)
        {
            rented = null;
            return Guarded(payload, static (payload, serializer) => serializer.Serialize(payload));
        }

        (rented, var length) = Guarded(payload, static (payload, serializer) => ((JsonMessageSerializer<T>)serializer).SerializePooled(payload));
        return rented.AsMemory(0, length);
    }

    private protected override ReadOnlyMemory<byte> SerializeObject(object payload, bool pooled, out byte[]? rented)
        => SerializeExactly((T)payload, pooled, out rented);

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
