namespace TechCorp.Messaging;

/// <summary>One registered message type, before its CLR type is known to the compiler.</summary>
internal abstract class MessageType(string wireName, Type clrType, Destination? destination)
{
    internal string WireName { get; } = wireName;

    internal Type ClrType { get; } = clrType;

    internal Destination? Destination { get; } = destination;

    internal abstract string ContentType { get; }

    /// <exception cref="InvalidOperationException">It is registered without one.</exception>
    internal Destination RequiredDestination
        => Destination
            ?? throw new InvalidOperationException($"{ClrType} ('{WireName}') is registered without a destination: name one when "
            + "publishing or when registering it.");

    /// <summary>Whether all of a payload of a derived type is in what this format writes.</summary>
    internal abstract bool Holds(Type actual);

    /// <summary>The body of a payload that is of this type or derived from it.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="pooled">Whether the body may be an array of the shared pool.</param>
    /// <param name="rented">That array, which the caller returns; null where the body is not in one.</param>
    /// <exception cref="ArgumentException">The payload cannot be serialized.</exception>
    internal ReadOnlyMemory<byte> Serialize<T>(T payload, bool pooled, out byte[]? rented)
        where T : notnull
        => this is MessageType<T> exact ? exact.SerializeExactly(payload, pooled, out rented) : SerializeObject(payload, pooled, out rented);

    private protected abstract ReadOnlyMemory<byte> SerializeObject(object payload, bool pooled, out byte[]? rented);
}
