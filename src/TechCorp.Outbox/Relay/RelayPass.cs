using System.Data.Common;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>One bounded piece of the relay's work: take partitions, read rows, publish them, settle them in the database. No
/// transaction is open while it publishes.</summary>
/// <remarks>
/// At least once: a row is settled only after its publish was confirmed. In order per key. One caller at a time.
/// How far it has read is kept in memory, and from time to time it reads from the beginning: what was committed late, is due
/// again or was redriven is found then.
/// </remarks>
internal sealed class RelayPass : IAsyncDisposable
{
    private readonly RelayStore _store;
    private readonly PartitionOwnership _ownership;
    private readonly BatchPublisher _publisher;
    private readonly RelayOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly Dictionary<long, string> _unmarked = []; // confirmed by the broker, and not marked yet: not published again
    private long _rewoundAt;
    private int _rotation;
    private bool _hasWork;

    internal RelayPass(OutboxDatabase database, IMessagePublisher publisher, RelayOptions options, TimeProvider timeProvider)
    {
        _options = options;
        _timeProvider = timeProvider;
        _store = new RelayStore(database, timeProvider, options);
        _ownership = PartitionOwnership.For(database, timeProvider, options);
        _publisher = new BatchPublisher(publisher);
    }

    internal PartitionOwnership Ownership => _ownership;

    /// <param name="stopping">Nothing more is read or sent; what is in flight is waited for and marked.</param>
    /// <param name="abort">What is in flight is given up too; it will be published again.</param>
    /// <exception cref="DbException">The database failed; the next pass opens another connection.</exception>
    internal async Task<RelayPassResult> RunAsync(CancellationToken stopping, CancellationToken abort = default)
    {
        try
        {
            return await RunOwnedAsync(await _ownership.RefreshAsync(stopping).ConfigureAwait(false), stopping, abort).ConfigureAwait(false);
        }
        catch
        {
            await _ownership.ResetAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Releases the partitions.</summary>
    internal Task ReleaseAsync(CancellationToken cancellationToken) => _ownership.ReleaseAsync(cancellationToken);

    public ValueTask DisposeAsync() => _ownership.DisposeAsync();

    private async Task<RelayPassResult> RunOwnedAsync(DbConnection connection, CancellationToken stopping, CancellationToken abort)
    {
        var partitions = RotatePartitions();
        if (partitions.Count == 0)
        {
            return new RelayPassResult(0, 0, 0, 0, 0, 0, null, false);
        }

        var tops = await RewindAsync(connection, partitions, stopping).ConfigureAwait(false);
        var isWhole = partitions.TrueForAll(static partition => partition.Low == 0);
        var rows = await _store.ReadAsync(connection, partitions, stopping).ConfigureAwait(false);
        _hasWork = rows.Count > 0;
        if (_unmarked.Count > 0 && isWhole && rows.Count < _options.BatchSize)
        {
            ForgetAllBut(rows);
        }

        var outcomes = await PublishAsync(rows, stopping, abort).ConfigureAwait(false);
        Partition.Advance(_ownership.Owned, rows, tops, outcomes.Unsettled, _options.BatchSize);
        await SettleAsync(connection, rows, outcomes, abort).ConfigureAwait(false);
        return new RelayPassResult(partitions.Count, rows.Count, outcomes.Confirmed.Count, outcomes.Deferred.Count,
            outcomes.Deferred.Count(row => row.Unroutable), outcomes.Parked.Count, outcomes.Error, rows.Count == _options.BatchSize);
    }

    /// <summary>Those that a read of everything did not find are gone: the mark that failed had succeeded.</summary>
    private void ForgetAllBut(IReadOnlyList<RelayRow> rows)
    {
        var found = rows.Select(row => row.Id).ToHashSet();
        foreach (var id in _unmarked.Keys.Where(id => !found.Contains(id)).ToList())
        {
            _unmarked.Remove(id);
        }
    }

    /// <summary>Another partition first each time, so that a deep one does not starve the others.</summary>
    private List<Partition> RotatePartitions()
    {
        var owned = _ownership.Owned.Values.ToList();
        _rotation = owned.Count == 0 ? 0 : (_rotation + 1) % owned.Count;
        return [.. owned.Skip(_rotation), .. owned.Take(_rotation)];
    }

    private async Task<IReadOnlyList<(long Part, long Top)>> RewindAsync(DbConnection connection, List<Partition> partitions,
        CancellationToken cancellationToken)
    {
        if (_rewoundAt != 0 && _timeProvider.GetElapsedTime(_rewoundAt) < _options.SweepInterval)
        {
            return [];
        }

        _rewoundAt = _timeProvider.GetTimestamp();
        partitions.ForEach(partition => partition.Rewind());
        // Read before the rows are: what is there now and not among them waits for something, and need not be read again until the next rewind.
        return _hasWork ? await _store.ReadTopsAsync(connection, partitions, cancellationToken).ConfigureAwait(false) : [];
    }

    private async Task<RelayOutcomes> PublishAsync(IReadOnlyList<RelayRow> rows, CancellationToken stopping, CancellationToken abort)
    {
        var outcomes = new RelayOutcomes(_options, row => _ownership.Owned[row.Part].Epoch);
        var toPublish = new List<RelayRow>(rows.Count);
        foreach (var row in rows)
        {
            if (_unmarked.TryGetValue(row.Id, out var id) && id == row.MessageId)
            {
                outcomes.Add(row, new RowOutcome(RowOutcomeKind.Confirmed, ""));
            }
            else
            {
                toPublish.Add(row);
            }
        }

        var queue = new RelayQueue(toPublish);
        var unsent = toPublish.Select(row => row.Id).ToHashSet();
        while (outcomes.Error is null && !stopping.IsCancellationRequested && queue.NextBatch() is { Count: > 0 } batch)
        {
            var published = await _publisher.PublishAsync(batch, abort).ConfigureAwait(false);
            for (var i = 0; i < batch.Count; i++)
            {
                queue.Settle(batch[i], outcomes.Add(batch[i], published[i]));
                unsent.Remove(batch[i].Id);
                if (published[i].Kind == RowOutcomeKind.Confirmed)
                {
                    _unmarked[batch[i].Id] = batch[i].MessageId;
                }
            }
        }

        if (outcomes.Error is not null || stopping.IsCancellationRequested)
        {
            // What was not sent for that reason is read again, like a row whose confirm did not come.
            outcomes.Unsettled.UnionWith(rows.Where(row => unsent.Contains(row.Id)).Select(row => row.Part));
        }

        return outcomes;
    }

    private async Task SettleAsync(DbConnection connection, IReadOnlyList<RelayRow> rows, RelayOutcomes outcomes, CancellationToken abort)
    {
        var me = (_ownership as LeaseOwnership)?.Name;
        if (outcomes.Confirmed.Count > 0)
        {
            // Not given up at the deadline of a stop: one statement now saves a batch of duplicates later.
            await _store.ConfirmAsync(connection, me, outcomes.Confirmed, CancellationToken.None).ConfigureAwait(false);
            outcomes.Confirmed.ForEach(row => _unmarked.Remove(row.Id));
        }

        if (outcomes.Deferred.Count > 0)
        {
            await _store.DeferAsync(connection, me, outcomes.Deferred, abort).ConfigureAwait(false);
        }

        if (outcomes.Parked.Count > 0)
        {
            await _store.ParkAsync(connection, me, outcomes.Parked, abort).ConfigureAwait(false);
            foreach (var row in outcomes.GivenUp.Where(row => row.Key is not null && row.UnroutableSince is not null).DistinctBy(row => row.Route))
            {
                await _store.PassOnUnroutableAsync(connection, row, abort).ConfigureAwait(false);
            }
        }

        if (outcomes.Error is null && rows.Where(row => row.Redriven).Select(row => (long)row.Part).Distinct().ToList() is { Count: > 0 } redriven)
        {
            await _store.LiftRedrivenAsync(connection, redriven, abort).ConfigureAwait(false);
            redriven.ForEach(part => _ownership.Owned[(short)part].Rewind());
        }
    }
}
