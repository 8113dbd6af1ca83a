namespace TechCorp.Outbox;

/// <summary>What one read gave: its rows, until they are under way, and how far it came.</summary>
/// <param name="rows">By partition, then in order.</param>
/// <param name="tops">The highest ids of the partitions before the read, where it was from the beginning.</param>
/// <param name="cut">The partitions of which there may be more behind what was read.</param>
internal sealed class RelayRead(IReadOnlyList<RelayRow> rows, IReadOnlyList<(long Part, long Top)> tops, IReadOnlySet<short> cut)
{
    /// <summary>The rows; none after <see cref="ForgetRows"/>.</summary>
    internal IReadOnlyList<RelayRow> Rows { get; private set; } = rows;

    /// <summary>How many rows there were.</summary>
    internal int Count { get; } = rows.Count;

    /// <summary>The oldest transaction that was running at the read.</summary>
    internal long Oldest { get; } = rows.Count > 0 ? rows[0].Oldest : 0;

    /// <summary>The first transaction that had not begun at the read.</summary>
    internal long Newest { get; } = rows.Count > 0 ? rows[0].Newest : 0;

    /// <summary>The highest id that was met in each partition: of its rows, or of all that was there before a whole read.</summary>
    internal IReadOnlyDictionary<short, long> Ends { get; } = EndsOf(rows, tops, cut);

    /// <summary>Whether there may be more to read at once.</summary>
    internal bool IsCut => cut.Count > 0;

    /// <summary>How many of its rows are neither settled nor left in the database.</summary>
    internal int Open { get; set; }

    /// <summary>The payloads are needed no longer than until they are sent; how far the read came is needed until those before it are done.</summary>
    internal void ForgetRows() => Rows = [];

    private static Dictionary<short, long> EndsOf(IReadOnlyList<RelayRow> rows, IReadOnlyList<(long Part, long Top)> tops, IReadOnlySet<short> cut)
    {
        var ends = tops.Where(top => !cut.Contains((short)top.Part)).ToDictionary(top => (short)top.Part, top => top.Top);
        foreach (var row in rows)
        {
            ends[row.Part] = Math.Max(row.Id, ends.GetValueOrDefault(row.Part));
        }

        return ends;
    }

    /// <summary>Whether the read ended in a partition because it had enough.</summary>
    internal bool IsCutIn(short part) => cut.Contains(part);
}
