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

    /// <summary>Whether the last read found more in it than its share.</summary>
    internal bool IsDeep { get; set; } = true;

    /// <summary>Shares a number of rows among partitions: those that had more than their share get most, so that neither one deep partition nor many shallow
    /// ones leave a read half empty.</summary>
    internal static long[] Share(IReadOnlyList<Partition> partitions, int rows)
    {
        var deep = partitions.Count(static partition => partition.IsDeep);
        var shallow = Math.Max(1, rows / (4 * partitions.Count));
        var share = deep == 0 ? shallow : Math.Max(1, (rows - (shallow * (partitions.Count - deep))) / deep);
        return [.. partitions.Select(partition => (long)(partition.IsDeep ? share : shallow))];
    }

    /// <summary>Notes, for each partition, how far one read of all of them has come, when its rows have been dealt with.</summary>
    /// <param name="owned">The partitions.</param>
    /// <param name="read">The read; those before it have been dealt with too.</param>
    /// <param name="unsettled">The partitions with rows that must be read again.</param>
    internal static void Advance(IReadOnlyDictionary<short, Partition> owned, RelayRead read, IReadOnlySet<short> unsettled)
    {
        if (read.Count == 0)
        {
            return; // which transactions ran is known from rows only
        }

        foreach (var (part, end) in read.Ends)
        {
            if (!unsettled.Contains(part))
            {
                owned[part].Advance(end, read.Oldest, read.Newest, read.IsCutIn(part));
            }
        }
    }
}
