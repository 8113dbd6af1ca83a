namespace TechCorp.Resilience;

/// <summary>Turns the result of an idempotent operation into the bytes that a store keeps, and back.</summary>
/// <typeparam name="TResult">The type of the result.</typeparam>
/// <remarks>Must be safe for use by many threads.</remarks>
public interface IResultSerializer<TResult>
{
    /// <summary>Names the format of the bytes: a registered name such as <c>"receipt"</c> or <c>"receipt.v2"</c>, at most 255 characters.</summary>
    /// <remarks>A stored result under another tag is never handed to <see cref="Deserialize"/>. Change the tag when old bytes can no longer be read.</remarks>
    string TypeTag { get; }

    /// <summary>The bytes of a result; the same for every replay.</summary>
    /// <param name="result">The result; may be <see langword="null"/> if the type allows it.</param>
    ReadOnlyMemory<byte> Serialize(TResult result);

    /// <summary>The result of these bytes.</summary>
    /// <param name="payload">What <see cref="Serialize"/> returned, perhaps in an older version of the program.</param>
    TResult Deserialize(ReadOnlyMemory<byte> payload);
}
