using System.Data.Common;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>One bounded piece of the relay's work: take partitions, read a batch, publish it, tell the database. No transaction is open while it publishes.</summary>
/// <remarks>
/// At least once: a row is ended only after the confirm of its own publish. In order per key. One caller at a time.
/// How far it has read is kept in memory, and from time to time it reads from the beginning: what was committed late, is due again or was redriven is found then.
/// </remarks>
internal sealed class RelayPass : IAsyncDisposable
{
    private readonly RelayStore _store;
    private readonly PartitionOwnership _ownership;
    private readonly BatchPublisher _publisher;
    private readonly RelayOptions _options;
    private readonly TimeProvider _timeProvider;
    private long _rewoundAt;
    private int _rotation;
    private bool _hot;

    internal RelayPass(OutboxDatabase database, IMessagePublisher publisher, RelayOptions options, TimeProvider timeProvider)
    {
        _options = options;
        _timeProvider = timeProvider;
        _store = new RelayStore(database, timeProvider, options);
        _ownership = database.Dialect.Ownership(database, timeProvider, options);
        _publisher = new BatchPublisher(publisher);
    }

    internal PartitionOwnership Ownership => _ownership;

    /// <param name="stopping">Nothing more is read or sent; what is in flight is waited for and marked.</param>
    /// <param name="abort">What is in flight is given up too; it will be published again.</param>
    /// <exception cref="DbException">The database failed; the next pass connects anew.</exception>
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

    /// <summary>Gives the partitions back.</summary>
    internal Task ReleaseAsync(CancellationToken cancellationToken) => _ownership.ReleaseAsync(cancellationToken);

    public ValueTask DisposeAsync() => _ownership.DisposeAsync();

    private async Task<RelayPassResult> RunOwnedAsync(DbConnection connection, CancellationToken stopping, CancellationToken abort)
    {
        var partitions = InTurn();
        if (partitions.Count == 0)
        {
            return new RelayPassResult(0, 0, 0, 0, 0, 0, null, false);
        }

        var tops = await RewindAsync(connection, partitions, stopping).ConfigureAwait(false);
        var rows = await _store.ReadAsync(connection, partitions, stopping).ConfigureAwait(false);
        _hot = rows.Count > 0;
        var verdicts = await PublishAsync(rows, stopping, abort).ConfigureAwait(false);
        Advance(rows, tops, verdicts.Halted);
        await TellAsync(connection, rows, verdicts, abort).ConfigureAwait(false);
        return new RelayPassResult(partitions.Count, rows.Count, verdicts.Confirmed.Count, verdicts.PutOff.Count, verdicts.PutOff.Count(row => row.Unroutable), verdicts.Parked.Count, verdicts.Trouble, rows.Count == _options.BatchSize);
    }

    /// <summary>Another partition first each time, so that a deep one does not starve the others.</summary>
    private List<Partition> InTurn()
    {
        var owned = _ownership.Owned.Values.ToList();
        _rotation = owned.Count == 0 ? 0 : (_rotation + 1) % owned.Count;
        return [.. owned.Skip(_rotation), .. owned.Take(_rotation)];
    }

    private async Task<IReadOnlyList<(long Part, long Top)>> RewindAsync(DbConnection connection, List<Partition> partitions, CancellationToken cancellationToken)
    {
        if (_rewoundAt != 0 && _timeProvider.GetElapsedTime(_rewoundAt) < _options.SweepInterval)
        {
            return [];
        }

        _rewoundAt = _timeProvider.GetTimestamp();
        partitions.ForEach(partition => partition.Rewind());
        // Read before the rows are: what is there now and not among them waits for something, and need not be looked at again until the next rewind.
        return _hot ? await _store.ReadTopsAsync(connection, partitions, cancellationToken).ConfigureAwait(false) : [];
    }

    private void Advance(IReadOnlyList<RelayRow> rows, IReadOnlyList<(long Part, long Top)> tops, HashSet<short> halted)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var ends = new Dictionary<short, long>();
        if (rows.Count < _options.BatchSize)
        {
            foreach (var (part, top) in tops)
            {
                ends[(short)part] = top;
            }
        }

        foreach (var row in rows)
        {
            ends[row.Part] = Math.Max(row.Id, ends.GetValueOrDefault(row.Part));
        }

        foreach (var (part, end) in ends)
        {
            if (!halted.Contains(part))
            {
                _ownership.Owned[part].Advance(end, rows[0].Oldest, rows[0].Newest);
            }
        }
    }

    private async Task<RelayOutcomes> PublishAsync(IReadOnlyList<RelayRow> rows, CancellationToken stopping, CancellationToken abort)
    {
        var verdicts = new RelayOutcomes(_options, row => _ownership.Owned[row.Part].Epoch);
        var batch = new RelayBatch(rows);
        var unsent = rows.Select(row => row.Id).ToHashSet();
        while (verdicts.Trouble is null && !stopping.IsCancellationRequested && batch.NextWave() is { Count: > 0 } wave)
        {
            var outcomes = await _publisher.PublishAsync(wave, abort).ConfigureAwait(false);
            for (var i = 0; i < wave.Count; i++)
            {
                batch.Settle(wave[i], verdicts.Add(wave[i], outcomes[i]));
                unsent.Remove(wave[i].Id);
            }
        }

        if (verdicts.Trouble is not null || stopping.IsCancellationRequested)
        {
            // What was not sent for that reason is read again, like what nobody answered for.
            verdicts.Halted.UnionWith(rows.Where(row => unsent.Contains(row.Id)).Select(row => row.Part));
        }

        return verdicts;
    }

    private async Task TellAsync(DbConnection connection, IReadOnlyList<RelayRow> rows, RelayOutcomes verdicts, CancellationToken abort)
    {
        var me = (_ownership as LeaseOwnership)?.Name;
        if (verdicts.Confirmed.Count > 0)
        {
            // Not given up at the deadline of a stop: one statement now saves a batch of duplicates later.
            await _store.ConfirmAsync(connection, me, verdicts.Confirmed, CancellationToken.None).ConfigureAwait(false);
        }

        if (verdicts.PutOff.Count > 0)
        {
            await _store.PutOffAsync(connection, me, verdicts.PutOff, abort).ConfigureAwait(false);
        }

        if (verdicts.Parked.Count > 0)
        {
            await _store.ParkAsync(connection, me, verdicts.Parked, abort).ConfigureAwait(false);
            foreach (var row in verdicts.GivenUp.Where(row => row.Key is not null && row.UnroutableSince is not null).DistinctBy(row => row.Route))
            {
                await _store.PassOnUnroutableAsync(connection, row, abort).ConfigureAwait(false);
            }
        }

        if (verdicts.Trouble is null && rows.Where(row => row.Redriven).Select(row => (long)row.Part).Distinct().ToList() is { Count: > 0 } redriven)
        {
            await _store.LiftRedrivenAsync(connection, redriven, abort).ConfigureAwait(false);
            redriven.ForEach(part => _ownership.Owned[(short)part].Rewind());
        }
    }
}
