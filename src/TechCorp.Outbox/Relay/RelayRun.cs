using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>One pass of the relay: while rows are published, those that are confirmed are marked and more are read, until there are none or the time for
/// the next rewind has come.</summary>
/// <remarks>The database is asked for one thing at a time, on the connection that owns the partitions.</remarks>
/// <param name="store">The rows.</param>
/// <param name="connection">The connection that owns the partitions.</param>
/// <param name="ownership">The owned partitions.</param>
/// <param name="partitions">The same, in the order in which they are read.</param>
/// <param name="options">Bounds and waits.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="unmarked">What the broker has and is not marked yet, also from earlier passes whose mark failed: id of the row to id of the message.</param>
/// <param name="stopping">Nothing more is read or sent.</param>
/// <param name="abort">What is in flight is given up too.</param>
internal sealed class RelayRun(RelayStore store, DbConnection connection, PartitionOwnership ownership, IReadOnlyList<Partition> partitions,
    RelayOptions options, TimeProvider timeProvider, ConcurrentDictionary<long, string> unmarked, CancellationToken stopping, CancellationToken abort)
{
    private static readonly TimeSpan LongestPass = TimeSpan.FromSeconds(1); // a lease is renewed between passes
    private static readonly TimeSpan LongestUnmarked = TimeSpan.FromMilliseconds(50);
    private const long MaxBytes = 16 * 1024 * 1024; // of payloads under way; one row is read whatever its size
    private readonly Queue<RelayRead> _reads = [];
    private readonly HashSet<short> _redriven = [];
    private readonly string? _me = (ownership as LeaseOwnership)?.Name;
    private readonly int _step = Math.Max(1, options.BatchSize / 4);
    private readonly TimeSpan _longest = options.SweepInterval < LongestPass ? options.SweepInterval : LongestPass;
    private IReadOnlyList<Partition> _order = partitions;
    private int _read;

    internal async Task<RelayPassResult> RunAsync(IMessagePublisher publisher, IReadOnlyList<(long Part, long Top)> tops)
    {
        var started = timeProvider.GetTimestamp();
        var outcomes = new RelayOutcomes(options, row => ownership.Owned[row.Part].Epoch);
        var flight = new RelayFlight(publisher, outcomes, row => unmarked[row.Id] = row.MessageId, stopping, abort);
        try
        {
            var read = await ReadAsync(flight, tops, [], 0, stopping).ConfigureAwait(false);
            for (var isDue = false; ;)
            {
                await ConfirmAsync(flight, isDue ? 1 : _step).ConfigureAwait(false);
                Advance(flight);
                isDue = false;
                if (timeProvider.GetElapsedTime(started) >= _longest)
                {
                    flight.Drain();
                }
                else if (read.IsCut && !stopping.IsCancellationRequested && flight.Known is { } known && options.BatchSize - known.Ids.Length >= _step
                    && known.Bytes <= MaxBytes / 2)
                {
                    // Not given up by a stop: what is in flight is marked first.
                    read = await ReadAsync(flight, [], known.Ids, known.Bytes, abort).ConfigureAwait(false);
                    continue;
                }

                if (flight.IsEmpty)
                {
                    break;
                }

                isDue = !await flight.WaitAsync(_step, LongestUnmarked, timeProvider).ConfigureAwait(false);
            }

            await SettleAsync(outcomes).ConfigureAwait(false);
            return new RelayPassResult(_order.Count, _read, outcomes.Confirmed, outcomes.Deferred.Count,
                outcomes.Deferred.Count(row => row.Unroutable), outcomes.Parked.Count, outcomes.Error, read.IsCut || outcomes.Unsettled.Count > 0);
        }
        catch
        {
            await flight.EndAsync().ConfigureAwait(false); // throws nothing
            await TryConfirmAsync(flight).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<RelayRead> ReadAsync(RelayFlight flight, IReadOnlyList<(long Part, long Top)> tops, long[] known, long bytes,
        CancellationToken cancellationToken)
    {
        var isWhole = known.Length == 0 && _order.All(static partition => partition.Low == 0);
        var read = await store.ReadAsync(connection, _order, tops, known, options.BatchSize - known.Length, MaxBytes - bytes, cancellationToken)
            .ConfigureAwait(false);
        foreach (var partition in _order)
        {
            partition.IsDeep = read.IsCutIn(partition.Number);
        }

        _order = [.. _order.Skip(1), _order[0]]; // what the bounds have cut off is first some time
        _read += read.Count;
        if (isWhole && !read.IsCut && !unmarked.IsEmpty)
        {
            ForgetAllBut(read.Rows);
        }

        _redriven.UnionWith(read.Rows.Where(static row => row.Redriven).Select(static row => row.Part));
        _reads.Enqueue(read);
        flight.Add(read, row => unmarked.TryGetValue(row.Id, out var id) && id == row.MessageId);
        read.ForgetRows();
        return read;
    }

    /// <summary>Those that a read of everything did not find are gone: the mark that failed had succeeded.</summary>
    private void ForgetAllBut(IReadOnlyList<RelayRow> rows)
    {
        var found = rows.Select(row => row.Id).ToHashSet();
        foreach (var id in unmarked.Keys.Where(id => !found.Contains(id)))
        {
            unmarked.TryRemove(id, out _);
        }
    }

    /// <summary>Notes how far the partitions are done, read by read.</summary>
    private void Advance(RelayFlight flight)
    {
        while (_reads.TryPeek(out var read) && flight.IsDone(read))
        {
            Partition.Advance(ownership.Owned, _reads.Dequeue(), flight.Unsettled);
        }
    }

    private async Task ConfirmAsync(RelayFlight flight, int enough)
    {
        var confirmed = flight.TakeConfirmed(enough);
        if (confirmed.Count == 0)
        {
            return;
        }

        // Not given up at the deadline of a stop: one statement now saves a batch of duplicates later.
        var count = await store.ConfirmAsync(connection, _me, confirmed, CancellationToken.None).ConfigureAwait(false);
        if (_me is not null && count < confirmed.Count)
        {
            throw new InvalidOperationException($"{confirmed.Count - count} of {confirmed.Count} published events could not be marked: another relay has "
                + "taken the partitions over. The lease is asked for again.");
        }

        foreach (var (id, _) in confirmed)
        {
            unmarked.TryRemove(id, out _);
        }
    }

    /// <summary>Marks what is confirmed although the pass has failed: each mark saves a duplicate.</summary>
    private async Task TryConfirmAsync(RelayFlight flight)
    {
        try
        {
            if (connection.State == ConnectionState.Open)
            {
                await ConfirmAsync(flight, 1).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The one under way says why.
        }
    }

    private async Task SettleAsync(RelayOutcomes outcomes)
    {
        if (outcomes.Deferred.Count > 0)
        {
            await store.DeferAsync(connection, _me, outcomes.Deferred, abort).ConfigureAwait(false);
        }

        if (outcomes.Parked.Count > 0)
        {
            await store.ParkAsync(connection, _me, outcomes.Parked, abort).ConfigureAwait(false);
            foreach (var row in outcomes.GivenUp.Where(row => row.Key is not null && row.UnroutableSince is not null).DistinctBy(row => row.Route))
            {
                await store.PassOnUnroutableAsync(connection, row, abort).ConfigureAwait(false);
            }
        }

        if (outcomes.Error is null && _redriven.Count > 0)
        {
            await store.LiftRedrivenAsync(connection, [.. _redriven.Select(static part => (long)part)], abort).ConfigureAwait(false);
            foreach (var part in _redriven)
            {
                ownership.Owned[part].Rewind();
            }
        }
    }
}
