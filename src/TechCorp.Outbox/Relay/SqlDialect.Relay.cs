namespace TechCorp.Outbox;

/// <content>What the relay says.</content>
public abstract partial class SqlDialect
{
    internal abstract PartitionOwnership Ownership(OutboxDatabase database, TimeProvider timeProvider, RelayOptions options);

    /// <summary>Refuses connections that a relay cannot own partitions with.</summary>
    /// <exception cref="InvalidOperationException">Says what to do.</exception>
    internal abstract Task CheckSessionsAsync(OutboxDatabase database, CancellationToken cancellationToken);

    /// <summary>Reads unsent rows that may be published now, per partition above what was read before (<c>@parts</c>, <c>@lows</c>; <c>@limit</c>).</summary>
    internal abstract string ReadRows(string schema);

    /// <summary>The highest id of each partition (<c>@parts</c>).</summary>
    internal abstract string ReadTops(string schema);

    /// <summary>Deletes rows (<c>@ids</c>, <c>@epochs</c>), where the relay owns their partitions.</summary>
    internal abstract string DeleteRows(string schema);

    /// <summary>Marks rows as sent (<c>@ids</c>, <c>@epochs</c>), where the relay owns their partitions.</summary>
    internal abstract string MarkRows(string schema);

    /// <summary>Puts rows off (<c>@rows</c>: <see cref="FailedRow"/>).</summary>
    internal abstract string PutOffRows(string schema);

    /// <summary>Moves rows (<c>@rows</c>: <see cref="ParkedRow"/>) to the parked ones, and parks their keys where asked.</summary>
    internal abstract string ParkRows(string schema);

    /// <summary>Passes on since when a route (<c>@part</c>, <c>@key</c>, <c>@exchange</c>, <c>@routingKey</c>, <c>@since</c>) has had no queue.</summary>
    internal abstract string PassOnUnroutable(string schema);

    /// <summary>Lifts the marks of redriven keys (<c>@parts</c>).</summary>
    internal abstract string LiftRedriven(string schema);

    /// <summary>Deletes rows sent before <c>@before</c>, and what else has no use any more, at most <c>@limit</c>.</summary>
    internal abstract string PurgeSent(string schema);

    internal abstract object Numbers(IReadOnlyList<long> values);
}
