namespace TechCorp.Resilience;

/// <summary>The outcome of an operation as a store keeps it.</summary>
/// <param name="Failed"><see langword="true"/> for a failure that is replayed as a failure.</param>
/// <param name="TypeTag">What the payload is: a registered name, at most 255 characters; never a CLR name that a rename would break.</param>
/// <param name="Payload">The bytes, opaque to the store, which copies what it keeps and gives back exactly these.</param>
public readonly record struct StoredOutcome(bool Failed, string TypeTag, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Compares the payloads byte by byte.</summary>
    /// <param name="other">The other outcome.</param>
    public bool Equals(StoredOutcome other)
        => Failed == other.Failed
        && string.Equals(TypeTag, other.TypeTag, StringComparison.Ordinal)
        && Payload.Span.SequenceEqual(other.Payload.Span);

    /// <summary>Equal for equal outcomes.</summary>
    public override int GetHashCode() => HashCode.Combine(Failed, TypeTag, Payload.Length);
}
