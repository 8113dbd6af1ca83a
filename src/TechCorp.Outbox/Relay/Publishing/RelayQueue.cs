namespace TechCorp.Outbox;

/// <summary>The rows of one pass, handed out in batches with one row of each key at a time, in order, so that no row overtakes
/// one that was not confirmed.</summary>
/// <remarks>Pure: no clock, no I/O. A row that may not be sent is left out and stays in the database, behind the one that it waits for.</remarks>
internal sealed class RelayQueue
{
    private readonly List<RelayRow> _free = [];
    private readonly Dictionary<(short, string), Queue<RelayRow>> _keyed = [];
    private readonly HashSet<(string, string, string)> _blockedRoutes = [];

    internal RelayQueue(IEnumerable<RelayRow> rows)
    {
        foreach (var row in rows)
        {
            if (row.Key is not { } key)
            {
                _free.Add(row);
                continue;
            }

            if (!_keyed.TryGetValue((row.Part, key), out var queue))
            {
                _keyed.Add((row.Part, key), queue = new Queue<RelayRow>());
            }

            queue.Enqueue(row);
        }
    }

    /// <summary>The next rows that may be in flight together; empty at the end.</summary>
    internal IReadOnlyList<RelayRow> NextBatch()
    {
        List<RelayRow> batch = [.. _free];
        _free.Clear();
        foreach (var (key, queue) in _keyed)
        {
            while (queue.TryDequeue(out var row))
            {
                if (!_blockedRoutes.Contains(row.Route))
                {
                    batch.Add(row);
                    break;
                }
            }

            if (queue.Count == 0)
            {
                _keyed.Remove(key);
            }
        }

        return batch;
    }

    /// <summary>Leaves out what may not overtake a row with this outcome.</summary>
    internal void Settle(RelayRow row, RowOutcomeKind outcome)
    {
        switch (outcome)
        {
            case RowOutcomeKind.Unsettled or RowOutcomeKind.Refused or RowOutcomeKind.Invalid when row.Key is { } key:
                _keyed.Remove((row.Part, key));
                break;
            case RowOutcomeKind.Unroutable when row.Key is not null:
                _blockedRoutes.Add(row.Route);
                break;
        }
    }
}
