namespace TechCorp.Messaging;

/// <summary>What another producer's message carries that a <see cref="Message"/> has no place for: handed on with its copies as it came. Immutable.</summary>
/// <remarks>
/// Not among it: <c>expiration</c>, because a copy in a retry or dead-letter queue must not expire; <c>user-id</c>, as the broker refuses
/// that of another user; and <c>cluster-id</c>, which is deprecated.
/// </remarks>
internal sealed record ForeignProperties
{
    internal string? ReplyTo { get; init; }

    internal string? ContentEncoding { get; init; }

    internal byte? Priority { get; init; }

    /// <summary>The headers that are no text: numbers, times, lists, tables, bytes. As text the message has them too, where they can be read so.</summary>
    internal IReadOnlyDictionary<string, object?>? Headers { get; init; }
}
