using System.Diagnostics;

namespace TechCorp.Resilience;

/// <summary>Keeps idempotency records in memory: for tests, and for effects that end with the process. Safe for use by many threads.</summary>
/// <remarks>
/// Bounded: when the store is full, the outcome that was finished first is removed, even before its retention has passed. Records in progress or in doubt
/// are never removed to make room. A replay allocates nothing but the result. The fence of a new record is above that of every record that was removed.
/// </remarks>
[DebuggerDisplay("{Count} records")]
public sealed class InMemoryIdempotencyStore : IIdempotencyStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IdempotencyKey, InMemoryRecord> _records = []; // guarded by _gate
    private readonly LinkedList<InMemoryRecord> _finished = new(); // guarded by _gate; in the order in which they finished
    private readonly MonotonicClock _clock;
    private readonly int _capacity;
    private long _highestForgotten; // guarded by _gate; the highest fence of a record that is no longer there

    /// <summary>Makes an empty store.</summary>
    /// <param name="capacity">The most records; at least 1. Default: 10,000.</param>
    /// <param name="timeProvider">The clock of leases and retention. Default: the system's.</param>
    public InMemoryIdempotencyStore(int capacity = 10_000, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _clock = new MonotonicClock(timeProvider ?? TimeProvider.System);
    }

    /// <summary>Records in the store, including expired ones that no sweep has deleted yet.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _records.Count;
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The store is full of records in progress or in doubt.</exception>
    public ValueTask<IdempotencyClaim> TryBeginAsync(IdempotencyClaimRequest request, CancellationToken cancellationToken = default)
    {
        request.Key.ThrowIfDefault(nameof(request));
        cancellationToken.ThrowIfCancellationRequested();
        var now = _clock.Now;
        lock (_gate)
        {
            return new(Begin(in request, now));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> CompleteAsync(IdempotencyLease lease, StoredOutcome outcome, TimeSpan retention, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var copy = outcome with { Payload = outcome.Payload.ToArray() };
        var now = _clock.Now;
        lock (_gate)
        {
            if (!_records.TryGetValue(lease.Key, out var record) || !record.IsOf(lease))
            {
                return new(false);
            }

            if (record.Status == InMemoryStatus.InProgress)
            {
                Finish(record, copy, _clock.Add(now, retention));
            }

            return new(record.IsFinished);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> ReleaseAsync(IdempotencyLease lease, CancellationToken cancellationToken = default)
        => EndClaim(lease, Remove, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> MarkInDoubtAsync(IdempotencyLease lease, CancellationToken cancellationToken = default)
        => EndClaim(lease, static record => record.Status = InMemoryStatus.InDoubt, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(IdempotencyLease lease, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = _clock.Now;
        lock (_gate)
        {
            if (!_records.TryGetValue(lease.Key, out var record) || !record.IsOf(lease))
            {
                return new(false);
            }

            if (record.Status == InMemoryStatus.InProgress)
            {
                record.LeaseEnd = _clock.Add(now, duration);
            }

            return new(record.Status != InMemoryStatus.InDoubt);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> ResolveAsync(IdempotencyKey key, StoredOutcome? outcome, TimeSpan retention, CancellationToken cancellationToken = default)
    {
        key.ThrowIfDefault(nameof(key));
        cancellationToken.ThrowIfCancellationRequested();
        StoredOutcome? copy = outcome is { } given ? given with { Payload = given.Payload.ToArray() } : null;
        var now = _clock.Now;
        lock (_gate)
        {
            if (!_records.TryGetValue(key, out var record) || record.Status != InMemoryStatus.InDoubt)
            {
                return new(false);
            }

            if (copy is { } found)
            {
                Finish(record, found, _clock.Add(now, retention));
            }
            else
            {
                Remove(record);
            }

            return new(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<int> SweepAsync(int maxRecords, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecords, 1);
        cancellationToken.ThrowIfCancellationRequested();
        var now = _clock.Now;
        lock (_gate)
        {
            var swept = 0;
            foreach (var record in _records.Values)
            {
                if (swept < maxRecords && record.IsForgotten(now))
                {
                    Remove(record);
                    swept++;
                }
            }

            return new(swept);
        }
    }

    /// <summary>The outcome that a claim would replay, without a claim.</summary>
    internal bool TryReplay(IdempotencyKey key, Fingerprint fingerprint, out StoredOutcome outcome)
    {
        var now = _clock.Now;
        lock (_gate)
        {
            var found = _records.TryGetValue(key, out var record) && record.IsFinished && !record.IsForgotten(now) && record.Fingerprint == fingerprint;
            outcome = found ? record!.Outcome : default;
            return found;
        }
    }

    private ValueTask<bool> EndClaim(IdempotencyLease lease, Action<InMemoryRecord> end, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_records.TryGetValue(lease.Key, out var record) || !record.IsHeldBy(lease))
            {
                return new(false);
            }

            end(record);
            return new(true);
        }
    }

    private IdempotencyClaim Begin(in IdempotencyClaimRequest request, long now)
    {
        if (!_records.TryGetValue(request.Key, out var record))
        {
            MakeRoom(now);
            return Add(in request, now);
        }

        if (record.IsForgotten(now))
        {
            Remove(record);
            return Add(in request, now);
        }

        if (record.Fingerprint != request.Fingerprint)
        {
            return IdempotencyClaim.Mismatch;
        }

        return record.Status switch
        {
            InMemoryStatus.Finished => IdempotencyClaim.Replay(record.Outcome),
            InMemoryStatus.InDoubt => IdempotencyClaim.InDoubt,
            _ when record.Owner != request.Owner && now < record.LeaseEnd => IdempotencyClaim.InProgress(_clock.Until(record.LeaseEnd, now)),
            _ => Take(record, in request, now),
        };
    }

    private IdempotencyClaim Add(in IdempotencyClaimRequest request, long now)
    {
        var record = new InMemoryRecord(request.Key)
        {
            Fingerprint = request.Fingerprint,
            Owner = request.Owner,
            Fence = _highestForgotten + 1,
            Attempt = 1,
            LeaseEnd = _clock.Add(now, request.Lease),
            Expiry = _clock.Add(now, request.Retention),
        };
        _records.Add(request.Key, record);
        return IdempotencyClaim.Acquired(record.Lease);
    }

    private IdempotencyClaim Take(InMemoryRecord record, in IdempotencyClaimRequest request, long now)
    {
        if (record.Owner != request.Owner)
        {
            record.Owner = request.Owner;
            record.Fence++;
            record.Attempt++;
            record.Expiry = _clock.Add(now, request.Retention);
        }

        record.LeaseEnd = _clock.Add(now, request.Lease);
        return IdempotencyClaim.Acquired(record.Lease);
    }

    private void Finish(InMemoryRecord record, StoredOutcome outcome, long expiry)
    {
        record.Status = InMemoryStatus.Finished;
        record.Outcome = outcome;
        record.Expiry = expiry;
        record.FinishedPlace = _finished.AddLast(record);
    }

    private void Remove(InMemoryRecord record)
    {
        _records.Remove(record.Key);
        _highestForgotten = Math.Max(_highestForgotten, record.Fence);
        if (record.FinishedPlace is { } place)
        {
            _finished.Remove(place);
            record.FinishedPlace = null;
        }
    }

    private void MakeRoom(long now)
    {
        if (_records.Count < _capacity)
        {
            return;
        }

        var victim = _finished.First?.Value ?? _records.Values.FirstOrDefault(record => record.IsForgotten(now));
        if (victim is null)
        {
            throw new InvalidOperationException($"The idempotency store holds {_capacity} records in progress or in doubt and cannot take another.");
        }

        Remove(victim);
    }
}
