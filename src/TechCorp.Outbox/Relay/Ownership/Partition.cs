using System.Diagnostics;

namespace TechCorp.Outbox;

/// <summary>A partition that this relay owns, and how far it is done with it.</summary>
/// <remarks>
/// Ids are given before the commit, so a row may appear below one that was published long ago; passing it by would let a later event of its key overtake it.
/// What was read therefore counts as done only when every transaction that ran at that time has ended, and a read after that has met what they left.
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
    internal void Advance(long id, long oldest, long newest)
    {
        if (_seen.Count == MaxSeen)
        {
            // While a transaction runs for long, one entry stands for all that came later: it waits longer than it must.
            _seen.RemoveAt(MaxSeen - 1);
        }

        _seen.Add((id, newest));
        var done = _seen.FindLastIndex(seen => seen.Newest <= oldest);
        if (done >= 0)
        {
            Low = Math.Max(Low, _seen.Take(done + 1).Max(seen => seen.Id));
            _seen.RemoveRange(0, done + 1);
        }
    }
}
