using System.Buffers;
using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>A message as the broker delivered it. Owns its body until <see cref="Release"/>: the transport has copied it out of the client's memory.</summary>
[DebuggerDisplay("{Type,nq} {MessageId,nq}, tag {Tag} of generation {Generation}")]
internal sealed class Delivery
{
    private const long None = -1;
    private readonly long _utcTicks = None; // a third of the size of a nullable DateTimeOffset
    private byte[]? _rented;

    /// <summary>The generation of the channel it came on; a settle from another generation never reaches the wire.</summary>
    internal required long Generation { get; init; }

    internal required ulong Tag { get; init; }

    internal required ReadOnlyMemory<byte> Body { get; init; }

    internal required string Exchange { get; init; }

    internal required string RoutingKey { get; init; }

    internal bool Redelivered { get; init; }

    /// <summary>How many times it came back to a quorum queue, as the broker counts; null on others, and as long as it never did.</summary>
    internal long? DeliveryCount { get; init; }

    internal string? MessageId { get; init; }

    internal string? Type { get; init; }

    internal string? ContentType { get; init; }

    internal string? CorrelationId { get; init; }

    internal string? AppId { get; init; }

    internal DateTimeOffset? Timestamp
    {
        get => _utcTicks < 0 ? null : new DateTimeOffset(_utcTicks, TimeSpan.Zero);
        init => _utcTicks = value?.UtcTicks ?? None;
    }

    /// <summary>Headers whose values could be read as text; the broker's own tables
    /// (<c>x-death</c>) as the engine needs them: see <see cref="BrokerDeath"/>.</summary>
    internal required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>What else its producer said; null when nothing.</summary>
    internal ForeignProperties? Foreign { get; init; }

    /// <summary>How the broker dead-lettered it last; null if it did not.</summary>
    internal BrokerDeath? BrokerDeath { get; init; }

    /// <summary>Why the broker dead-lettered it last (expired, rejected, maxlen, delivery_limit); null if it did not.</summary>
    internal string? BrokerReason => BrokerDeath?.Reason;

    /// <summary>The pooled array that holds the body; null where it is not pooled.</summary>
    internal byte[]? Rented
    {
        init => _rented = value;
    }

    /// <summary>The body is not read any more and its memory is reused. A delivery that is not released leaves the body to the garbage collector.</summary>
    internal void Release()
    {
        if (Interlocked.Exchange(ref _rented, null) is { } rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
