namespace TechCorp.Outbox;

/// <summary>An event ready to be written: checked, its partition chosen.</summary>
internal sealed record OutboxRow
{
    /// <summary>How many partitions there are. Rows carry their partition, so this can only change with the outbox drained.</summary>
    internal const int Partitions = 32;

    // Enough that two keys seldom share a lock, few enough that ten thousand keys in one transaction fit into the server's lock table.
    private const int LockStripes = 2048;

    internal required short Part { get; init; }

    internal string? Key { get; init; }

    internal required Guid MessageId { get; init; }

    internal string? AggregateType { get; init; }

    internal string? AggregateId { get; init; }

    internal required string Type { get; init; }

    internal required string Exchange { get; init; }

    internal required string RoutingKey { get; init; }

    internal required string ContentType { get; init; }

    internal string? CorrelationId { get; init; }

    internal string? AppId { get; init; }

    internal string? Headers { get; init; }

    internal required byte[] Payload { get; init; }

    internal DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The number of the lock that orders writers of the key; null without a key.</summary>
    internal int? KeyLock => Key is { } key ? (int)((uint)StableHash.Of(key) % LockStripes) : null;

    internal static short PartOf(string key) => (short)((uint)StableHash.Of(key) % Partitions);
}
