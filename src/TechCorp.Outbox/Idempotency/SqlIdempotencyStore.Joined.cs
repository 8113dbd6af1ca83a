using System.Data.Common;
using Dapper;
using TechCorp.Resilience;

namespace TechCorp.Outbox;

/// <content>Claims and completions in transactions of the caller, and what others see of them.</content>
public sealed partial class SqlIdempotencyStore
{
    internal static readonly TimeSpan LockWait = TimeSpan.FromMilliseconds(LockWaitMilliseconds);

    /// <summary>PostgreSQL's SQLSTATE for a lock that was not to be had in time.</summary>
    private const string Locked = "55P03";

    private const string Savepoint = "techcorp_claim";

    /// <summary>Claims the key in the caller's transaction: rolling that back takes the claim back too.</summary>
    /// <remarks>
    /// Such a claim needs no renewal, and <see cref="RenewAsync"/> does not see it: until the transaction ends nobody else can have the key, however long that is.
    /// On PostgreSQL a claim waits for another's transaction as long as the lock_timeout of this one allows, and then says that the key is in progress.
    /// </remarks>
    /// <param name="transaction">An open transaction on the database of this store.</param>
    /// <param name="request">Key, fingerprint, owner, lease and retention.</param>
    /// <param name="cancellationToken">Gives up asking; roll back.</param>
    /// <exception cref="IdempotencyTransactionException">The database gave the transaction up: roll back and run all of it again.</exception>
    public async ValueTask<IdempotencyClaim> TryBeginAsync(DbTransaction transaction, IdempotencyClaimRequest request, CancellationToken cancellationToken = default)
    {
        Check(request);
        var connection = Connection(transaction);
        if (_database.Dialect.HasOneWriter)
        {
            return await ClaimAsync(connection, transaction, "", request, cancellationToken).ConfigureAwait(false);
        }

        // PostgreSQL locks the row that it refuses to change: the owner could not renew its lease until this transaction ends.
        await transaction.SaveAsync(Savepoint, cancellationToken).ConfigureAwait(false);
        IdempotencyClaim claim;
        try
        {
            claim = await ClaimAsync(connection, transaction, "", request, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException exception) when (exception.SqlState == Locked)
        {
            claim = IdempotencyClaim.InProgress(LockWait);
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
    /// From here to the end of the transaction nobody can take the key, even if its lease ends meanwhile: <see cref="RenewAsync"/> answers true, and claims by others
    /// wait a second and then say that it is in progress. A rollback after the lease has ended leaves the key to whoever comes first.
    /// </remarks>
    /// <param name="transaction">An open transaction on the database of this store.</param>
    /// <param name="lease">The claim that ran the operation.</param>
    /// <param name="outcome">What the operation returned, or the failure to replay.</param>
    /// <param name="retention">How long the outcome is replayed.</param>
    /// <param name="cancellationToken">Gives up asking; roll back.</param>
    /// <returns>False when the lease was lost: roll back, the effect is somebody else's.</returns>
    /// <exception cref="IdempotencyTransactionException">The database gave the transaction up: roll back and run all of it again.</exception>
    public async ValueTask<bool> CompleteAsync(DbTransaction transaction, IdempotencyLease lease, StoredOutcome outcome, TimeSpan retention, CancellationToken cancellationToken = default)
    {
        var connection = Connection(transaction);
        try
        {
            var completed = await CompleteAsync(connection, transaction, _sql.Complete + _sql.Open, lease, outcome, retention, cancellationToken).ConfigureAwait(false);
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
        return await write.Connection.ExecuteScalarAsync<int>(new CommandDefinition(_sql.IsOpen, new { Hold = Hold(lease) }, write.Transaction, cancellationToken: cancellationToken)).ConfigureAwait(false) == 1;
    }

    private static int Hold(IdempotencyLease lease) => StableHash.Of(lease.Owner.ToString());

    private static bool IsGivenUp(DbException error) => error.SqlState is "40001" or "40P01";

    private static DbConnection Connection(DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return transaction.Connection ?? throw new InvalidOperationException("The transaction has ended already; nothing was written.");
    }
}
