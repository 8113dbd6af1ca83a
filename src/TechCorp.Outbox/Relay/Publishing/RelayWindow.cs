namespace TechCorp.Outbox;

/// <summary>The rows under way, with one of each key in flight at a time, in order, so that no row overtakes one that was not confirmed.</summary>
/// <remarks>Pure: no clock, no I/O. A row that may not be sent is left out and stays in the database, behind the one that it waits for. Rows of a key are
/// added in the order of their ids.</remarks>
internal sealed class RelayWindow
{
    private readonly Dictionary<long, RelayRead> _readOf = [];
    private readonly Dictionary<(short, string), Queue<RelayRow>> _behind = []; // those of a key behind the one in flight
    private readonly HashSet<(short, string)> _blockedKeys = [];
    private readonly HashSet<(string, string, string)> _blockedRoutes = [];

    /// <summary>The rows that are in flight or wait for one that is.</summary>
    internal int Count => _readOf.Count;

    /// <summary>The bytes of their payloads.</summary>
    internal long Bytes { get; private set; }

    internal IEnumerable<long> Ids => _readOf.Keys;

    /// <summary>Takes a row in.</summary>
    /// <returns>Whether it is to be sent now.</returns>
    internal bool Add(RelayRead read, RelayRow row)
    {
        if (row.Key is not { } key)
        {
            Enter(read, row);
            return true;
        }

        var place = (row.Part, key);
        if (_blockedKeys.Contains(place) || _blockedRoutes.Contains(row.Route))
        {
            return false;
        }

        Enter(read, row);
        if (_behind.TryGetValue(place, out var queue))
        {
            queue.Enqueue(row);
            return false;
        }

        _behind.Add(place, new Queue<RelayRow>());
        return true;
    }

    /// <summary>Takes out a row that was in flight, and leaves out what may not overtake one with this outcome.</summary>
    /// <returns>The row of its key to be sent next; null where there is none.</returns>
    internal RelayRow? Settle(RelayRow row, RowOutcomeKind outcome)
    {
        Leave(row);
        if (row.Key is not { } key)
        {
            return null;
        }

        switch (outcome)
        {
            case RowOutcomeKind.Unsettled or RowOutcomeKind.Refused or RowOutcomeKind.Invalid:
                _blockedKeys.Add((row.Part, key));
                break;
            case RowOutcomeKind.Unroutable:
                _blockedRoutes.Add(row.Route);
                break;
        }

        var queue = _behind[(row.Part, key)];
        while (queue.TryDequeue(out var next))
        {
            if (!_blockedKeys.Contains((row.Part, key)) && !_blockedRoutes.Contains(next.Route))
            {
                return next;
            }

            Leave(next);
        }

        _behind.Remove((row.Part, key));
        return null;
    }

    private void Enter(RelayRead read, RelayRow row)
    {
        _readOf.Add(row.Id, read);
        read.Open++;
        Bytes += row.Payload.Length;
    }

    private void Leave(RelayRow row)
    {
        _readOf.Remove(row.Id, out var read);
        read!.Open--;
        Bytes -= row.Payload.Length;
    }
}
