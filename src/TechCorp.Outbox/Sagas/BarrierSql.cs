namespace TechCorp.Outbox;

/// <summary>The statements of the barrier in one dialect.</summary>
internal sealed record BarrierSql
{
    /// <summary>Writes down that an operation was here; no row when it was before.</summary>
    internal required string Enter { get; init; }

    /// <summary>Counts an operation of a key.</summary>
    internal required string Count { get; init; }

    /// <summary>Deletes the marks past their retention, oldest first.</summary>
    internal required string Purge { get; init; }
}
