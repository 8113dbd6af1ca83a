using System.Data.Common;
using Dapper;
using TechCorp.Resilience;

namespace TechCorp.Outbox;

/// <summary>Idempotency records in the service's own database: shared by its processes, and able to commit together with the effect that they are about.</summary>
/// <remarks>
/// Safe for concurrent use. Leases run by the server's clock on PostgreSQL, by the given clock on SQLite, where all processes are on one host.
/// A released key keeps its record, free, until <see cref="SweepAsync"/> deletes it: the fence of a key grows until then, and begins at 1 again after it.
/// With the overloads that take a transaction the effect happens once whatever dies when; a concurrent duplicate on PostgreSQL waits
/// a second for that transaction, then replays or is told that the key is in progress; in a transaction of its own it waits as long as its lock_timeout allows.
/// </remarks>
public sealed partial class SqlIdempotencyStore : IIdempotencyStore
{
    /// <summary>How long a claim or a renewal waits for a transaction that works on the same record.</summary>
    internal const int LockWaitMilliseconds = 1_000;

    private const int Looks = 10;
    private readonly OutboxDatabase _database;
    private readonly TimeProvider _timeProvider;
    private readonly IdempotencySql _sql;
    private readonly string _claimOrFind;

    /// <summary>A store in a migrated database.</summary>
    /// <param name="database">The database.</param>
    /// <param name="timeProvider">The clock of SQLite. Default: the system's.</param>
    public SqlIdempotencyStore(OutboxDatabase database, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _sql = database.Dialect.Idempotency(database.Schema);
        _claimOrFind = $"{_sql.Claim};\n{_sql.Find}";
    }

    private long Now => _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public async ValueTask<IdempotencyClaim> TryBeginAsync(IdempotencyClaimRequest request, CancellationToken cancellationToken = default)
    {
        Check(request);
        try
        {
            await using var write = await _database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            var claim = await ClaimAsync(write.Connection, write.Transaction, _sql.Bound, request, cancellationToken).ConfigureAwait(false);
            if (claim.Status == IdempotencyClaimStatus.Acquired)
            {
                await write.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            return claim;
        }
        catch (DbException exception) when (exception.SqlState == Locked)
        {
            return IdempotencyClaim.InProgress(LockWait);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> CompleteAsync(IdempotencyLease lease, StoredOutcome outcome, TimeSpan retention, CancellationToken cancellationToken = default)
    {
        await using var write = await _database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var completed = await CompleteAsync(write.Connection, write.Transaction, _sql.Complete, lease, outcome, retention, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return completed;
    }

    /// <inheritdoc/>
    public ValueTask<bool> FailAsync(IdempotencyLease lease, ClaimDisposition disposition, CancellationToken cancellationToken = default)
        => ChangeAsync(disposition == ClaimDisposition.InDoubt ? _sql.Doubt : _sql.Release, Row(lease), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> RenewAsync(IdempotencyLease lease, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        CheckSpan(duration, nameof(duration));
        if (_database.Dialect.HasOneWriter && OpenCompletions.Contains(lease.Owner))
        {
            return true;
        }

        try
        {
            return await TryRenewAsync(lease, duration, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException exception) when (exception.SqlState == Locked)
        {
            // By the operation's own transaction? Then nobody can take the lease before it ends.
            return await IsOpenAsync(lease, cancellationToken).ConfigureAwait(false)
                ? true
                : throw new TimeoutException($"Another transaction has held the record of '{lease.Key}' for {LockWait}; whether its lease still holds is not known. Ask again.", exception);
        }
    }

    private async Task<bool> TryRenewAsync(IdempotencyLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        var row = new { lease.Key.Scope, Key = lease.Key.Value, Owner = lease.Owner.ToString(), lease.Fence, Lease = Milliseconds(duration), Now };
        await using var write = await _database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);

        // What is not in progress under this lease may have been finished by it, in a transaction of the operation's own.
        var kept = await write.Connection.ExecuteAsync(new CommandDefinition(_sql.Bound + _sql.Renew, row, write.Transaction, cancellationToken: cancellationToken)).ConfigureAwait(false) == 1
            || await IsCompletedAsync(write.Connection, write.Transaction, lease, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return kept;
    }

    /// <inheritdoc/>
    public ValueTask<bool> ResolveAsync(IdempotencyKey key, StoredOutcome? outcome, TimeSpan retention, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        CheckSpan(retention, nameof(retention));
        if (outcome is not { } known)
        {
            return ChangeAsync(_sql.ResolveWithout, new { key.Scope, Key = key.Value, Retention = Milliseconds(retention), Now }, cancellationToken);
        }

        return ChangeAsync(
            _sql.ResolveWith,
            new { key.Scope, Key = key.Value, known.Failed, known.TypeTag, Result = known.Payload.ToArray(), Retention = Milliseconds(retention), Now },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<int> SweepAsync(int maxRecords, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecords, 1);
        return await ExecuteAsync(_sql.Sweep, new { Limit = maxRecords, Now }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IdempotencyClaim> ClaimAsync(DbConnection connection, DbTransaction transaction, string bound, IdempotencyClaimRequest request, CancellationToken cancellationToken)
    {
        var row = new
        {
            request.Key.Scope,
            Key = request.Key.Value,
            Fingerprint = request.Fingerprint.Value,
            Owner = request.Owner.ToString(),
            Lease = Milliseconds(request.Lease),
            Retention = Milliseconds(request.Retention),
            Now,
        };

        // Both in one round trip. What the second finds may have been released, or have run out, since the first: then the first is right now.
        for (var look = 0; look < Looks; look++)
        {
            var answers = await connection.QueryMultipleAsync(new CommandDefinition(bound + _claimOrFind, row, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
            await using var _ = answers.ConfigureAwait(false);
            if (await answers.ReadSingleOrDefaultAsync<IdempotencyFence>().ConfigureAwait(false) is { } fence)
            {
                return IdempotencyClaim.Acquired(new IdempotencyLease(request.Key, request.Owner, fence.Fence, fence.Attempt));
            }

            var found = await answers.ReadSingleOrDefaultAsync<IdempotencyRow>().ConfigureAwait(false);
            switch (found)
            {
                case null or { Status: 3 }:
                    break;
                case { IsSame: 0 }:
                    return IdempotencyClaim.Mismatch;
                case { Status: 1 }:
                    return IdempotencyClaim.Replay(new StoredOutcome(found.Failed == 1, found.TypeTag ?? "", found.Result ?? []));
                case { Status: 2 }:
                    return IdempotencyClaim.InDoubt;
                case { LeaseLeft: > 0 }:
                    return IdempotencyClaim.InProgress(TimeSpan.FromMilliseconds(found.LeaseLeft));
                default:
                    break;
            }
        }

        return IdempotencyClaim.InProgress(TimeSpan.Zero);
    }

    private async Task<bool> CompleteAsync(DbConnection connection, DbTransaction transaction, string sql, IdempotencyLease lease, StoredOutcome outcome, TimeSpan retention, CancellationToken cancellationToken)
    {
        CheckKey(lease.Key);
        CheckSpan(retention, nameof(retention));
        var row = new
        {
            lease.Key.Scope,
            Key = lease.Key.Value,
            Owner = lease.Owner.ToString(),
            lease.Fence,
            outcome.Failed,
            outcome.TypeTag,
            Result = outcome.Payload.ToArray(),
            Retention = Milliseconds(retention),
            Now,
            Hold = Hold(lease),
        };

        // If not: an earlier call of this lease whose reply was lost, and the first outcome stays.
        return await connection.ExecuteAsync(new CommandDefinition(sql, row, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false) == 1
            || await IsCompletedAsync(connection, transaction, lease, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsCompletedAsync(DbConnection connection, DbTransaction transaction, IdempotencyLease lease, CancellationToken cancellationToken)
        => await connection.ExecuteScalarAsync<long>(new CommandDefinition(_sql.IsCompleted, Row(lease), transaction, cancellationToken: cancellationToken)).ConfigureAwait(false) == 1;

    private async ValueTask<bool> ChangeAsync(string sql, object row, CancellationToken cancellationToken) => await ExecuteAsync(sql, row, cancellationToken).ConfigureAwait(false) == 1;

    private async Task<int> ExecuteAsync(string sql, object row, CancellationToken cancellationToken)
    {
        await using var write = await _database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var count = await write.Connection.ExecuteAsync(new CommandDefinition(sql, row, write.Transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    private static object Row(IdempotencyLease lease) => new { lease.Key.Scope, Key = lease.Key.Value, Owner = lease.Owner.ToString(), lease.Fence };

    private static long Milliseconds(TimeSpan span) => Math.Max(1, (long)span.TotalMilliseconds);

    private static void Check(IdempotencyClaimRequest request)
    {
        CheckKey(request.Key);
        CheckSpan(request.Lease, nameof(request.Lease));
        CheckSpan(request.Retention, nameof(request.Retention));
    }

    private static void CheckKey(IdempotencyKey key)
    {
        if (key.Value is null)
        {
            throw new ArgumentException("The idempotency key is the default value; construct it from a scope and a key.", nameof(key));
        }
    }

    private static void CheckSpan(TimeSpan span, string name)
    {
        if (span <= TimeSpan.Zero || span > TimeSpan.FromDays(3660))
        {
            throw new ArgumentOutOfRangeException(name, span, "A span must be more than zero and at most ten years.");
        }
    }
}
