using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>Writes rows into a transaction, in as few statements as the dialect allows.</summary>
internal sealed class OutboxWriter(OutboxDatabase database, TimeProvider timeProvider)
{
    private const long BytesPerInsert = 8 * 1024 * 1024;
    private readonly OutboxSql _sql = OutboxSql.For(database);

    private readonly Lazy<Type> _connectionType = new(() =>
    {
        using var connection = database.DataSource.CreateConnection();
        return connection.GetType();
    });

    internal async Task WriteAsync(DbTransaction transaction, OutboxRow[] rows, CancellationToken cancellationToken)
    {
        var connection = ConnectionOf(transaction);
        Check(connection);
        if (database.Dialect.HasOneWriter && System.Transactions.Transaction.Current is not null)
        {
            throw NoAmbient();
        }

        await InsertAsync(transaction, connection, rows, cancellationToken).ConfigureAwait(false);
    }

    internal async Task WriteAsync(DbConnection connection, System.Transactions.Transaction ambient, OutboxRow[] rows, CancellationToken cancellationToken)
    {
        Check(connection);
        if (database.Dialect.HasOneWriter)
        {
            throw NoAmbient();
        }

        // Harmless where it takes part already; a connection that was opened before the scope would commit by itself otherwise.
        connection.EnlistTransaction(ambient);
        await InsertAsync(null, connection, rows, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>What the database can be asked about after a lost commit; null when nothing was written.</returns>
    /// <exception cref="InvalidOperationException">The transaction has ended or failed, or an event's id exists with another payload.</exception>
    internal async Task<string?> WriteAsync(WriteTransaction write, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        ConnectionOf(write.Transaction);
        return await InsertAsync(write.Transaction, write.Connection, rows, cancellationToken).ConfigureAwait(false)
            ?? await CommitTokenAsync(write, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether an error that came out of COMMIT says that nothing was committed.</summary>
    internal bool IsRefusal(DbException exception) => _sql.IsRefusal(exception);

    private async Task<string?> CommitTokenAsync(WriteTransaction write, CancellationToken cancellationToken)
    {
        try
        {
            // Without rows this is the first to notice, on PostgreSQL, that an error was swallowed: its COMMIT would be a silent rollback.
            await write.ThrowIfAbortedAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DbException exception) when (exception.SqlState == WriteTransaction.Aborted)
        {
            throw HasFailed(exception);
        }

        return await _sql.CommitTokenAsync(write, timeProvider.GetUtcNow(), cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> InsertAsync(DbTransaction? transaction, DbConnection connection, IReadOnlyList<OutboxRow> rows,
        CancellationToken cancellationToken)
    {
        string? token = null;
        try
        {
            await database.ThrowIfOtherDatabaseAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
            // All locks with the first statement, sorted: two transactions of many statements cannot wait for each other.
            int[] locks = [.. rows.Select(row => row.KeyLock).OfType<int>().Distinct().Order()];
            foreach (var chunk in Chunks(rows))
            {
                var result = await _sql.InsertAsync(transaction, connection, chunk, locks, timeProvider.GetUtcNow(), cancellationToken).ConfigureAwait(false);
                token = result.CommitToken;
                locks = [];
                if (result.Inserted < chunk.Count)
                {
                    await CheckRepeatsAsync(transaction, connection, chunk, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (DbException exception) when (exception.SqlState == WriteTransaction.Aborted)
        {
            throw HasFailed(exception);
        }
        catch (DbException exception) when (exception.SqlState == "25006")
        {
            throw new InvalidOperationException("The transaction is read-only; events can only be written in one that may write.", exception);
        }

        return token;
    }

    /// <summary>The same id again is no new event where the event is the same, and a mistake where it is not.</summary>
    private async Task CheckRepeatsAsync(DbTransaction? transaction, DbConnection connection, IReadOnlyList<OutboxRow> chunk,
        CancellationToken cancellationToken)
    {
        var ids = database.Dialect.Texts([.. chunk.Select(row => row.MessageId.ToString())]);
        var found = (await connection.RowsAsync<StoredEvent>(_sql.FindEvents, new SqlParameters { { "ids", ids } }, transaction, cancellationToken)
            .ConfigureAwait(false)).ToLookup(row => row.Id, StringComparer.Ordinal);
        foreach (var row in chunk)
        {
            if (found[row.MessageId.ToString()].Select(stored => stored.FindDifference(row)).FirstOrDefault(static what => what is not null) is { } difference)
            {
                throw new InvalidOperationException($"Event {row.MessageId} ('{row.Type}') exists in the outbox, or parked, with another {difference}. "
                    + "Roll back; one id stands for one event, and an event goes to one destination: give the other one another id.");
            }
        }
    }

    private static DbConnection ConnectionOf(DbTransaction transaction)
    {
        try
        {
            return transaction.Connection ?? throw Ended();
        }
        catch (ObjectDisposedException)
        {
            throw Ended();
        }
    }

    private static InvalidOperationException HasFailed(DbException exception)
        => new("The transaction has failed earlier and can only be rolled back; nothing was written.", exception);

    private static InvalidOperationException Ended() => new("The transaction has been committed or rolled back already; nothing was written.");

    private void Check(DbConnection connection)
    {
        if (connection.GetType() != _connectionType.Value)
        {
            throw new InvalidOperationException($"The transaction is one of {connection.GetType()}; this outbox is on {database.Dialect}, "
                + $"through {_connectionType.Value}.");
        }
    }

    private static InvalidOperationException NoAmbient()
        => new("SQLite takes no part in a TransactionScope: its driver would commit the event at once. Use OutboxUnitOfWork or a "
        + "DbTransaction, outside the scope.");

    private IEnumerable<IReadOnlyList<OutboxRow>> Chunks(IReadOnlyList<OutboxRow> rows)
    {
        var chunk = new List<OutboxRow>(Math.Min(rows.Count, _sql.RowsPerInsert));
        var bytes = 0L;
        foreach (var row in rows)
        {
            if (chunk.Count == _sql.RowsPerInsert || (chunk.Count > 0 && bytes + row.Payload.Length > BytesPerInsert))
            {
                yield return chunk;
                chunk = [];
                bytes = 0;
            }

            chunk.Add(row);
            bytes += row.Payload.Length;
        }

        if (chunk.Count > 0)
        {
            yield return chunk;
        }
    }
}
