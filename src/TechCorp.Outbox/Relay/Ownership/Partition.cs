using System.Diagnostics;

namespace TechCorp.Outbox;

/// <summary>A partition that this relay owns, and how far it is done with it.</summary>
/// <remarks>
/// Ids are given before the commit, so a row may appear below one that was published long ago; passing it by would let a later event of its key overtake it.
/// What was read therefore counts as done only when every transaction that ran at that time has ended, and a read after that has met what they left: all of
/// it, that is, no further than that read came.
/// </remarks>
[DebuggerDisplay("{Number} epoch={Epoch} low={Low}")]
internal sealed class Partition(short number, long epoch)
{
    private const int MaxSeen = 64;
    private readonly List<(long Id, long Newest)> _seen = [];

    internal short Number { get; } = number;

    /// <summary>Which ownership this is: a later owner has a higher one, and the database refuses writes with a lower. 0 where a
    /// session's lock is the fence.</summary>
    internal long Epoch { get; } = epoch;

    /// <summary>Nothing new can appear at or below this id. What is still there waits for something; reading from 0 finds it.</summary>
    internal long Low { get; private set; }

    internal void Rewind()
    {
        Low = 0;
        _seen.Clear();
    }

    /// <summary>Notes that all rows that a read saw, up to an id, have been dealt with.</summary>
    /// <param name="id">The id.</param>
    /// <param name="oldest">The oldest transaction that was running at the read.</param>
    /// <param name="newest">The first transaction that had not begun at the read.</param>
    /// <param name="isCut">Whether the read ended at that id because it had enough: there may be more behind it.</param>
    internal void Advance(long id, long oldest, long newest, bool isCut)
    {
        if (_seen.Count == MaxSeen)
        {
            // While a transaction runs for long, one entry stands for all that came later: it waits longer than it must.
            _seen.RemoveAt(MaxSeen - 1);
        }

        _seen.Add((id, newest));
        var done = _seen.FindLastIndex(seen => seen.Newest <= oldest);
        if (done < 0)
        {
            return;
        }

        var met = isCut ? id : long.MaxValue;
        Low = Math.Max(Low, Math.Min(met, _seen.Take(done + 1).Max(seen => seen.Id)));
        if (isCut)
        {
            _seen.RemoveAll(seen => seen.Newest <= oldest && seen.Id <= met);
        }
        else
        {
            _seen.RemoveRange(0, done + 1);
        }
    }

    /// <summary>Notes, for each partition, how far one read of all of them has come.</summary>
    /// <param name="owned">The partitions.</param>
    /// <param name="rows">What was read, and has been dealt with.</param>
    /// <param name="tops">The highest ids before the read, where it was from the beginning.</param>
    /// <param name="unsettled">The partitions with rows that must be read again.</param>
    /// <param name="limit">The most rows that a read gives.</param>
    internal static void Advance(IReadOnlyDictionary<short, Partition> owned, IReadOnlyList<RelayRow> rows, IReadOnlyList<(long Part, long Top)> tops,
        HashSet<short> unsettled, int limit)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var isCut = rows.Count >= limit;
        var ends = isCut ? [] : tops.ToDictionary(top => (short)top.Part, top => top.Top);
        foreach (var row in rows)
        {
            ends[row.Part] = Math.Max(row.Id, ends.GetValueOrDefault(row.Part));
        }

        foreach (var (part, end) in ends)
        {
            if (!unsettled.Contains(part))
            {
                owned[part].Advance(end, rows[0].Oldest, rows[0].Newest, isCut);
            }
        }
    }
}
