using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>A connection and its transaction: opened, committed and closed together. On SQLite it also holds the writer slot.</summary>
/// <remarks>One caller at a time. Disposing without a commit rolls back.</remarks>
internal sealed class WriteTransaction : IAsyncDisposable
{
    /// <summary>PostgreSQL's SQLSTATE for a statement in a transaction that has failed.</summary>
    internal const string Aborted = "25P02";

    private readonly WriterSlot? _slot;
    private bool _disposed;

    internal WriteTransaction(DbConnection connection, DbTransaction transaction, WriterSlot? slot)
    {
        Connection = connection;
        Transaction = transaction;
        _slot = slot;
    }

    internal DbConnection Connection { get; }

    internal DbTransaction Transaction { get; }

    /// <summary>Any statement will do: PostgreSQL answers the COMMIT of a transaction in which an error was swallowed with a silent
    /// rollback, but refuses this.</summary>
    internal async Task ThrowIfAbortedAsync(CancellationToken cancellationToken)
    {
        await using var command = Connection.CreateCommand();
        command.Transaction = Transaction;
        command.CommandText = "select 1";
        await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="SqlCommands.RunAsync"/>
    internal Task<int> RunAsync(string sql, object? parameters = null, int? commandTimeout = null, CancellationToken cancellationToken = default)
        => Connection.RunAsync(sql, parameters, Transaction, commandTimeout, cancellationToken);

    /// <inheritdoc cref="SqlCommands.ScalarAsync"/>
    internal Task<T?> ScalarAsync<T>(string sql, object? parameters = null, CancellationToken cancellationToken = default)
        => Connection.ScalarAsync<T>(sql, parameters, Transaction, cancellationToken);

    /// <inheritdoc cref="SqlCommands.RowsAsync"/>
    internal Task<List<T>> RowsAsync<T>(string sql, object? parameters = null, CancellationToken cancellationToken = default)
        => Connection.RowsAsync<T>(sql, parameters, Transaction, cancellationToken);

    /// <inheritdoc cref="SqlCommands.RowOrDefaultAsync"/>
    internal Task<T?> RowOrDefaultAsync<T>(string sql, object? parameters = null, CancellationToken cancellationToken = default)
        => Connection.RowOrDefaultAsync<T>(sql, parameters, Transaction, cancellationToken);

    internal Task CommitAsync(CancellationToken cancellationToken) => Transaction.CommitAsync(cancellationToken);

    /// <summary>Rolls back and closes; an error of a dead connection adds nothing to the one under way.</summary>
    internal async Task CloseAsync()
    {
        try
        {
            await DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The one under way says why.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            await Transaction.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            try
            {
                await Connection.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                _slot?.Dispose();
            }
        }
    }
}
