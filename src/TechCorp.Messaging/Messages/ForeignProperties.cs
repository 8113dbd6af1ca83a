namespace TechCorp.Messaging;

/// <summary>What few messages carry: what another producer said that a <see cref="Message"/> has no place for, handed on with its copies as it came, and
/// what a publisher asked for beyond the usual. Immutable.</summary>
/// <remarks>
/// Not handed on with copies: <c>expiration</c>, because a copy in a retry or dead-letter queue must not expire; <c>user-id</c>, as the broker refuses
/// that of another user; and <c>cluster-id</c>, which is deprecated.
/// </remarks>
internal sealed record ForeignProperties
{
    internal string? ReplyTo { get; init; }

    internal string? ContentEncoding { get; init; }

    /// <summary>0 to 255 once it is checked.</summary>
    internal int? Priority { get; init; }

    /// <summary>The property <c>timestamp</c> where it is no time in seconds: some producers write milliseconds.</summary>
    internal long? Timestamp { get; init; }

    /// <summary>Of a publish; never of a delivery or its copies.</summary>
    internal TimeSpan? Expiration { get; init; }

    /// <summary>Of a publish; never of a delivery or its copies.</summary>
    internal TimeSpan? Delay { get; init; }

    /// <summary>The headers that are no text: numbers, times, lists, tables, bytes. As text the message has them too, where they can be read so.</summary>
    internal IReadOnlyDictionary<string, object?>? Headers { get; init; }
}
