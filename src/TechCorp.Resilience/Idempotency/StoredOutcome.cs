namespace TechCorp.Resilience;

/// <summary>The outcome of an operation as a store keeps it.</summary>
/// <param name="Failed"><see langword="true"/> for a failure that is replayed as a failure.</param>
/// <param name="TypeTag">What the payload is: a registered name, at most 255 characters; never a CLR name that a rename would break.</param>
/// <param name="Payload">The bytes, opaque to the store, which copies what it keeps and gives back exactly these.</param>
public readonly record struct StoredOutcome(bool Failed, string TypeTag, ReadOnlyMemory<byte> Payload);
