using System.Collections.Concurrent;
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
    private readonly IMessagePublisher _publisher;
    private readonly RelayOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ConcurrentDictionary<long, string> _unmarked = []; // confirmed by the broker, and not marked yet: not published again
    private long _rewoundAt;
    private int _rotation;
    private bool _hasWork;

    internal RelayPass(OutboxDatabase database, IMessagePublisher publisher, RelayOptions options, TimeProvider timeProvider)
    {
        _options = options;
        _timeProvider = timeProvider;
        _store = new RelayStore(database, timeProvider, options);
        _ownership = PartitionOwnership.For(database, timeProvider, options);
        _publisher = publisher;
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
        var run = new RelayRun(_store, connection, _ownership, partitions, _options, _timeProvider, _unmarked, stopping, abort);
        var result = await run.RunAsync(_publisher, tops).ConfigureAwait(false);
        _hasWork = result.Read > 0;
        return result;
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
}
