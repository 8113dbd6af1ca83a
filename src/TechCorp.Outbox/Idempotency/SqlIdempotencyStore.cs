using System.Data.Common;
using TechCorp.Resilience;

namespace TechCorp.Outbox;

/// <summary>Idempotency records in the service's own database: shared by its processes, and able to commit together with the
/// effect that they are about.</summary>
/// <remarks>
/// Safe for concurrent use. Leases run by the server's clock on PostgreSQL, by the given clock on SQLite, where all processes are on one host.
/// A released key keeps its record, free, until <see cref="SweepAsync"/> deletes it: the fence of a key grows until then, and begins at 1 again after it.
/// With the overloads that take a transaction the effect happens once whatever dies when; a concurrent duplicate on PostgreSQL waits
/// a second for that transaction, then replays or gets the answer that the key is in progress; in the caller's transaction it waits as long
/// as its lock_timeout allows.
/// </remarks>
public sealed class SqlIdempotencyStore : IIdempotencyStore
{
    /// <summary>PostgreSQL's SQLSTATE for a lock that was not granted in time.</summary>
    private const string Locked = "55P03";

    private const string Savepoint = "techcorp_claim";

    private readonly OutboxDatabase _database;
    private readonly TimeProvider _timeProvider;
    private readonly IdempotencySql _sql;
    private readonly IdempotencyRecords _records;

    /// <summary>A store in a migrated database.</summary>
    /// <param name="database">The database.</param>
    /// <param name="timeProvider">The clock of SQLite. Default: the system's.</param>
    public SqlIdempotencyStore(OutboxDatabase database, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _sql = IdempotencySql.For(database);
        _records = new IdempotencyRecords(_sql, _timeProvider);
    }

    private long Now => _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public async ValueTask<IdempotencyClaim> TryBeginAsync(IdempotencyClaimRequest request, CancellationToken cancellationToken = default)
    {
        IdempotencyArguments.Check(request);
        try
        {
            await using var write = await _database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            var claim = await _records.ClaimAsync(write.Connection, write.Transaction, _sql.Bound, request, cancellationToken).ConfigureAwait(false);
            if (claim.Status == IdempotencyClaimStatus.Acquired)
            {
                // Canceled before, nothing is claimed; a commit that is canceled on its way would leave open whether the key is held.
                cancellationToken.ThrowIfCancellationRequested();
                await write.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            }

            return claim;
        }
        catch (DbException exception) when (exception.SqlState == Locked)
        {
            return IdempotencyClaim.InProgress(IdempotencyRecords.LockWait);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> CompleteAsync(IdempotencyLease lease, StoredOutcome outcome, TimeSpan retention, CancellationToken cancellationToken = default)
    {
        await using var write = await _database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var completed = await _records.CompleteAsync(write.Connection, write.Transaction, _sql.Complete, lease, outcome, retention, cancellationToken)
            .ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return completed;
    }

    /// <inheritdoc/>
    public ValueTask<bool> ReleaseAsync(IdempotencyLease lease, CancellationToken cancellationToken = default)
        => ChangeAsync(_sql.Release, IdempotencyRecords.Row(lease), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> MarkInDoubtAsync(IdempotencyLease lease, CancellationToken cancellationToken = default)
        => ChangeAsync(_sql.Doubt, IdempotencyRecords.Row(lease), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> RenewAsync(IdempotencyLease lease, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        IdempotencyArguments.CheckSpan(duration, nameof(duration));
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
            // By the operation's own transaction? Then no other owner can take the lease before it ends.
            return await IsOpenAsync(lease, cancellationToken).ConfigureAwait(false)
                ? true
                : throw new TimeoutException($"Another transaction has held the record of '{lease.Key}' for {IdempotencyRecords.LockWait}; whether its lease "
                + "still holds is not known. Ask again.", exception);
        }
    }

    private async Task<bool> TryRenewAsync(IdempotencyLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        var row = new
        {
            lease.Key.Scope,
            Key = lease.Key.Value,
            Owner = lease.Owner.ToString(),
            lease.Fence,
            Lease = IdempotencyRecords.Milliseconds(duration),
            Now,
        };
        await using var write = await _database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);

        // What is not in progress under this lease may have been finished by it, in a transaction of the operation's own.
        var kept = await write.RunAsync(_sql.Bound + _sql.Renew, row, cancellationToken: cancellationToken).ConfigureAwait(false) == 1
            || await _records.IsCompletedAsync(write.Connection, write.Transaction, lease, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return kept;
    }

    /// <inheritdoc/>
    public ValueTask<bool> ResolveAsync(IdempotencyKey key, StoredOutcome? outcome, TimeSpan retention, CancellationToken cancellationToken = default)
    {
        IdempotencyArguments.CheckKey(key);
        IdempotencyArguments.CheckSpan(retention, nameof(retention));
        if (outcome is not { } known)
        {
            return ChangeAsync(_sql.ResolveWithout, new { key.Scope, Key = key.Value, Retention = IdempotencyRecords.Milliseconds(retention), Now },
                cancellationToken);
        }

        return ChangeAsync(
            _sql.ResolveWith,
            new
            {
                key.Scope,
                Key = key.Value,
                known.Failed,
                known.TypeTag,
                Result = known.Payload.ToArray(),
                Retention = IdempotencyRecords.Milliseconds(retention),
                Now,
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<int> SweepAsync(int maxRecords, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecords, 1);
        return await ExecuteAsync(_sql.Sweep, new { Limit = maxRecords, Now }, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> ChangeAsync(string sql, object row, CancellationToken cancellationToken)
        => await ExecuteAsync(sql, row, cancellationToken).ConfigureAwait(false) == 1;

    private async Task<int> ExecuteAsync(string sql, object row, CancellationToken cancellationToken)
    {
        await using var write = await _database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var count = await write.RunAsync(sql, row, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    /// <summary>Claims the key in the caller's transaction: rolling that back takes the claim back too.</summary>
    /// <remarks>
    /// Such a claim needs no renewal, and <see cref="RenewAsync"/> does not see it: until the transaction ends no other owner can claim the
    /// key, however long that takes.
    /// On PostgreSQL a claim waits for another's transaction as long as the lock_timeout of this one allows, and then answers that the key is in progress.
    /// </remarks>
    /// <param name="transaction">An open transaction on the database of this store.</param>
    /// <param name="request">Key, fingerprint, owner, lease and retention.</param>
    /// <param name="cancellationToken">Gives up asking; roll back.</param>
    /// <exception cref="IdempotencyTransactionException">The database gave the transaction up: roll back and run all of it again.</exception>
    public async ValueTask<IdempotencyClaim> TryBeginAsync(DbTransaction transaction, IdempotencyClaimRequest request,
        CancellationToken cancellationToken = default)
    {
        IdempotencyArguments.Check(request);
        var connection = await ConnectionAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (_database.Dialect.HasOneWriter)
        {
            return await _records.ClaimAsync(connection, transaction, "", request, cancellationToken).ConfigureAwait(false);
        }

        // PostgreSQL locks the row that it refuses to change: the owner could not renew its lease until this transaction ends.
        await transaction.SaveAsync(Savepoint, cancellationToken).ConfigureAwait(false);
        IdempotencyClaim claim;
        try
        {
            claim = await _records.ClaimAsync(connection, transaction, "", request, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException exception) when (exception.SqlState == Locked)
        {
            claim = IdempotencyClaim.InProgress(IdempotencyRecords.LockWait);
        }
        catch (DbException exception) when (IsGivenUp(exception))
        {
            throw new IdempotencyTransactionException(request.Key, exception);
        }

        if (claim.Status != IdempotencyClaimStatus.Acquired)
        {
            await transaction.RollbackAsync(Savepoint, cancellationToken).ConfigureAwait(false);
        }

        await transaction.ReleaseAsync(Savepoint, cancellationToken).ConfigureAwait(false);
        return claim;
    }

    /// <summary>Stores the outcome in the caller's transaction: it is replayed if, and only if, the business rows commit with it.</summary>
    /// <remarks>
    /// From here to the end of the transaction no other owner can claim the key, even if its lease ends meanwhile: <see cref="RenewAsync"/> answers true,
    /// and claims by others wait a second and then answer that it is in progress. After a rollback whose lease has ended, the first claim gets the key.
    /// </remarks>
    /// <param name="transaction">An open transaction on the database of this store.</param>
    /// <param name="lease">The claim that ran the operation.</param>
    /// <param name="outcome">What the operation returned, or the failure to replay.</param>
    /// <param name="retention">How long the outcome is replayed.</param>
    /// <param name="cancellationToken">Gives up asking; roll back.</param>
    /// <returns>False when the lease was lost: roll back, another owner has the effect.</returns>
    /// <exception cref="IdempotencyTransactionException">The database gave the transaction up: roll back and run all of it again.</exception>
    public async ValueTask<bool> CompleteAsync(DbTransaction transaction, IdempotencyLease lease, StoredOutcome outcome, TimeSpan retention,
        CancellationToken cancellationToken = default)
    {
        var connection = await ConnectionAsync(transaction, cancellationToken).ConfigureAwait(false);
        try
        {
            var completed = await _records.CompleteAsync(connection, transaction, _sql.Complete + _sql.Open, lease, outcome, retention, cancellationToken)
                .ConfigureAwait(false);
            if (completed && _database.Dialect.HasOneWriter)
            {
                OpenCompletions.Add(lease.Owner, transaction);
            }

            return completed;
        }
        catch (DbException exception) when (IsGivenUp(exception))
        {
            throw new IdempotencyTransactionException(lease.Key, exception);
        }
    }

    private async Task<bool> IsOpenAsync(IdempotencyLease lease, CancellationToken cancellationToken)
    {
        await using var write = await _database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return await write.ScalarAsync<int>(_sql.IsOpen, new { Hold = IdempotencyRecords.Hold(lease) }, cancellationToken: cancellationToken)
            .ConfigureAwait(false) == 1;
    }

    private static bool IsGivenUp(DbException exception) => exception.SqlState is "40001" or "40P01";

    private async ValueTask<DbConnection> ConnectionAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var connection = transaction.Connection ?? throw new InvalidOperationException("The transaction has ended already; nothing was written.");
        await _database.ThrowIfOtherDatabaseAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        return connection;
    }
}
