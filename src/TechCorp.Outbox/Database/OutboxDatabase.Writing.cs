using System.Data;

namespace TechCorp.Outbox;

/// <content>Transactions of our own.</content>
public sealed partial class OutboxDatabase
{
    /// <summary>Begins a transaction that may write: READ COMMITTED unless told otherwise on PostgreSQL, BEGIN IMMEDIATE after a fair wait on SQLite.</summary>
    /// <exception cref="TimeoutException">SQLite: the database was not free within 30 s.</exception>
    internal async Task<WriteTransaction> BeginWriteAsync(IsolationLevel isolation = IsolationLevel.Unspecified, CancellationToken cancellationToken = default)
    {
        var turn = Dialect.HasOneWriter ? await WriterQueue.Of(DataSource).EnterAsync(cancellationToken).ConfigureAwait(false) : null;
        try
        {
            var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var transaction = await connection.BeginTransactionAsync(Dialect.Isolation(isolation), cancellationToken).ConfigureAwait(false);
                return new WriteTransaction(connection, transaction, turn);
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            turn?.Dispose();
            throw;
        }
    }
}
