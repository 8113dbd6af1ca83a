namespace TechCorp.Outbox;

/// <summary>The rows that one read gave, and how many of them are still under way.</summary>
/// <param name="rows">By partition, then in order.</param>
/// <param name="tops">The highest ids of the partitions before the read, where it was from the beginning.</param>
/// <param name="cut">The partitions of which there may be more behind what was read.</param>
internal sealed class RelayRead(IReadOnlyList<RelayRow> rows, IReadOnlyList<(long Part, long Top)> tops, IReadOnlySet<short> cut)
{
    internal IReadOnlyList<RelayRow> Rows => rows;

    internal IReadOnlyList<(long Part, long Top)> Tops => tops;

    /// <summary>Whether there may be more to read at once.</summary>
    internal bool IsCut => cut.Count > 0;

    /// <summary>How many of its rows are neither settled nor left in the database.</summary>
    internal int Open { get; set; }

    /// <summary>Whether the read ended in a partition because it had enough.</summary>
    internal bool IsCutIn(short part) => cut.Contains(part);
}
