namespace TechCorp.Outbox;

/// <summary>The statements of the relay in one dialect.</summary>
internal abstract class RelaySql
{
    internal static RelaySql For(OutboxDatabase database)
        => database.Dialect.Choose<RelaySql>(() => new PostgreSqlRelaySql(database.Schema), () => new SqliteRelaySql(database.Schema));

    /// <summary>Gives what keeps this session from settling rows, as a part of a sentence; null where nothing does.</summary>
    internal abstract string FindObstacle { get; }

    /// <summary>Reads unsent rows that may be published now, per partition above what was read before (<c>@parts</c>, <c>@lows</c>, <c>@shares</c> or the
    /// largest, <c>@share</c>), without those of <c>@known</c>; at most <c>@limit</c>, and some more than <c>@bytes</c> of payloads.</summary>
    internal abstract string ReadRows { get; }

    /// <summary>Reads of the same rows only what no content can spoil.</summary>
    internal abstract string ReadHeads { get; }

    /// <summary>Reads one row (<c>@id</c>).</summary>
    internal abstract string ReadRow { get; }

    /// <summary>The highest id of each partition (<c>@parts</c>).</summary>
    internal abstract string ReadTops { get; }

    /// <summary>Deletes rows (<c>@ids</c>, <c>@epochs</c>), where the relay owns their partitions.</summary>
    internal abstract string DeleteRows { get; }

    /// <summary>Marks rows as sent (<c>@ids</c>, <c>@epochs</c>), where the relay owns their partitions.</summary>
    internal abstract string MarkRows { get; }

    /// <summary>Defers rows (<c>next_at</c>; <c>@rows</c>: <see cref="DeferredRow"/>).</summary>
    internal abstract string DeferRows { get; }

    /// <summary>Moves rows (<c>@rows</c>: <see cref="ParkedRow"/>) to the parked ones, and parks their keys where asked.</summary>
    internal abstract string ParkRows { get; }

    /// <summary>Passes on since when a route (<c>@part</c>, <c>@key</c>, <c>@exchange</c>, <c>@routingKey</c>, <c>@since</c>) has had no queue.</summary>
    internal abstract string PassOnUnroutable { get; }

    /// <summary>Lifts the marks of redriven keys (<c>@parts</c>).</summary>
    internal abstract string LiftRedriven { get; }

    /// <summary>Deletes rows sent longer ago than <c>@retention</c>, at most <c>@limit</c>.</summary>
    internal abstract string PurgeSent { get; }
}
