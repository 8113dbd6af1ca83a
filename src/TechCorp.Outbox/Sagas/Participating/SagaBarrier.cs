using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>
/// Keeps a participant's effects right when a saga's calls come twice, late, or in the wrong order. For the service that is called: use it in the
/// transaction of the effect, with the key that the orchestrator sent.
/// </summary>
/// <remarks>
/// The action leaves a mark under its key; the compensation leaves the action's mark too, so that an action that comes after it is recognized.
/// Safe for concurrent use; a transaction is used by one caller at a time.
/// </remarks>
public sealed class SagaBarrier
{
    private const string Action = "action";
    private const string Compensation = "comp";
    private readonly OutboxDatabase _database;
    private readonly TimeProvider _timeProvider;
    private readonly BarrierSql _sql;

    /// <summary>A barrier in the participant's own database.</summary>
    /// <param name="database">The database of the effects.</param>
    /// <param name="timeProvider">The clock of the marks on SQLite. Default: the system's.</param>
    public SagaBarrier(OutboxDatabase database, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _sql = BarrierSql.For(database);
    }

    /// <summary>Call it before the effect: whether the action may have it.</summary>
    /// <param name="transaction">The transaction that the effect will be in.</param>
    /// <param name="actionKey">The key of the action.</param>
    /// <param name="cancellationToken">Ends the wait; roll back.</param>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public async Task<BarrierEntry> EnterActionAsync(DbTransaction transaction, string actionKey, CancellationToken cancellationToken = default)
    {
        if (await EnterAsync(transaction, actionKey, Action, cancellationToken).ConfigureAwait(false))
        {
            return BarrierEntry.Proceed;
        }

        var compensated = await transaction.Connection!.ScalarAsync<long>(_sql.Count, new { Key = actionKey, Op = Compensation }, transaction,
            cancellationToken: cancellationToken).ConfigureAwait(false) > 0;
        return compensated ? BarrierEntry.DanglingAction : BarrierEntry.Duplicate;
    }

    /// <summary>Call it before undoing: whether there is an effect to undo.</summary>
    /// <param name="transaction">The transaction that the undoing will be in.</param>
    /// <param name="actionKey">The key of the action, not the compensation's own.</param>
    /// <param name="cancellationToken">Ends the wait; roll back.</param>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public async Task<BarrierEntry> EnterCompensationAsync(DbTransaction transaction, string actionKey, CancellationToken cancellationToken = default)
    {
        // In this order: an action that runs now is waited for, and one that comes later finds its mark.
        var actionNeverRan = await EnterAsync(transaction, actionKey, Action, cancellationToken).ConfigureAwait(false);
        var isFirst = await EnterAsync(transaction, actionKey, Compensation, cancellationToken).ConfigureAwait(false);
        return !isFirst ? BarrierEntry.Duplicate : actionNeverRan ? BarrierEntry.EmptyCompensation : BarrierEntry.Proceed;
    }

    /// <summary>Deletes marks older than the retention, oldest first, at most <paramref name="limit"/>. Keep them for longer than a saga can be stuck: without
    /// the action's mark a compensation undoes nothing.</summary>
    /// <returns>How many went; fewer than the limit means that none is left.</returns>
    public async Task<int> PurgeAsync(TimeSpan retention, int limit = 1000, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(retention, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        await using var write = await _database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var row = new { Retention = (long)retention.TotalMilliseconds, Limit = limit, Now };
        var count = await write.RunAsync(_sql.Purge, row, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    private long Now => _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<bool> EnterAsync(DbTransaction transaction, string key, string op, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentException.ThrowIfNullOrEmpty(key);
        var connection = transaction.Connection ?? throw new InvalidOperationException("The transaction has ended already.");
        await _database.ThrowIfOtherDatabaseAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        var row = new { Key = key, Op = op, Now };
        return await connection.RunAsync(_sql.Enter, row, transaction, cancellationToken: cancellationToken).ConfigureAwait(false) == 1;
    }
}
