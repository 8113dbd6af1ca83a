using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>Whether a connection is a session of PostgreSQL: behind a pooler of transactions it is not, and an advisory lock stays with a session
/// that serves another client next.</summary>
internal static class SessionProbe
{
    private const int Rounds = 3;

    internal static async Task CheckAsync(OutboxDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await ThrowIfSharedAsync(database, connection, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="InvalidOperationException">Two connections share a session, or one has several.</exception>
    internal static async Task ThrowIfSharedAsync(OutboxDatabase database, DbConnection connection, CancellationToken cancellationToken)
    {
        var session = await PidAsync(connection, null, cancellationToken).ConfigureAwait(false);
        await using var other = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        for (var round = 0; round < Rounds; round++)
        {
            // A pooler of transactions lends a session out again as soon as it is free: the other gets ours, or we get another while it holds its own.
            await using var transaction = await other.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            if (await PidAsync(other, transaction, cancellationToken).ConfigureAwait(false) == session
                || await PidAsync(connection, null, cancellationToken).ConfigureAwait(false) != session)
            {
                throw new InvalidOperationException($"The relay of '{database.Schema}' does not run: its connections share sessions of PostgreSQL, as behind "
                    + "PgBouncer with transaction pooling, and the locks that say who publishes belong to a session. Give the relay's database a direct "
                    + "connection, or one through session pooling (pool_mode = session); everything else may stay behind the pooler.");
            }
        }
    }

    private static Task<int> PidAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
        => connection.ScalarAsync<int>("select pg_backend_pid()", transaction: transaction, cancellationToken: cancellationToken);
}
