using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>PostgreSQL: a partition is owned by the session that holds its advisory lock, and the relay works on that very session.</summary>
/// <remarks>The server frees the locks when the session ends, so no clock is involved, and a relay that has lost a lock has lost the
/// connection that it would write with.</remarks>
internal sealed class AdvisoryLockOwnership(OutboxDatabase database, TimeProvider timeProvider) : PartitionOwnership
{
    private static readonly TimeSpan TryInterval = TimeSpan.FromMilliseconds(500);
    private readonly int _lockClass = PostgreSqlDialect.LockClass(database.Schema, "relay");
    private DbConnection? _connection;
    private long _tried;

    internal override async Task<DbConnection> RefreshAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            _connection = await OpenSessionAsync(cancellationToken).ConfigureAwait(false);
            _tried = 0;
            await _connection.RunAsync(KeepSession, cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        if (Owned.Count < OutboxRow.Partitions && (_tried == 0 || timeProvider.GetElapsedTime(_tried) >= TryInterval))
        {
            await TakeAsync(_connection, cancellationToken).ConfigureAwait(false);
            _tried = timeProvider.GetTimestamp();
        }

        return _connection;
    }

    private async Task<DbConnection> OpenSessionAsync(CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SessionProbe.ThrowIfSharedAsync(database, connection, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task TakeAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var missing = Enumerable.Range(0, OutboxRow.Partitions).Where(part => !Owned.ContainsKey((short)part)).ToArray();
        const string TryLock = """
            select part
            from unnest(@parts::int[]) part
            where pg_try_advisory_lock(@lockClass, part)
            limit 32
            """;
        foreach (var part in await connection.RowsAsync<int>(TryLock, new SqlParameters { { "parts", missing }, { "lockClass", _lockClass } },
            cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            Owned.Add((short)part, new Partition((short)part, 0));
        }
    }

    internal override async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        Owned.Clear();
        if (_connection is { } connection)
        {
            _connection = null;
            await using (connection.ConfigureAwait(false))
            {
                try
                {
                    await connection.RunAsync(ReleaseLocks, commandTimeout: 5, cancellationToken: cancellationToken).ConfigureAwait(false);
                }
                catch
                {
                    await DiscardAsync(connection).ConfigureAwait(false);
                    throw;
                }
            }
        }
    }

    internal override async ValueTask ResetAsync()
    {
        try
        {
            await ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The connection is dead, and with it the locks; the exception under way says why.
        }
    }

    /// <summary>Ends the session from within: a connection that broke is not pooled, and its locks go with it.</summary>
    private static async Task DiscardAsync(DbConnection connection)
    {
        try
        {
            await connection.RunAsync("select pg_terminate_backend(pg_backend_pid())", commandTimeout: 5).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Expected: the server has closed the connection, or it was closed before.
        }
    }

    public override ValueTask DisposeAsync() => ResetAsync();

    // A relay that is stopped (SIGSTOP, a hung host) keeps its TCP session; the server ends it after two minutes of silence. From PostgreSQL 14 on.
    // A mark that a crash of the server undoes is a duplicate, and never a loss: it need not wait for the disk. The statements are planned once, for a table
    // that may be empty then and have a million rows an hour later: by its indexes, whatever its size.
    private const string KeepSession = """
        select case when current_setting('server_version_num')::int >= 140000 then set_config('idle_session_timeout', '120s', false) end,
          set_config('synchronous_commit', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false),
          set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false)
        """;

    // A closed connection goes to the driver's pool as it is and is tidied up by its next user: until then it would hold the
    // locks, and the timeout would end it there.
    private const string ReleaseLocks = """
        select pg_advisory_unlock_all(), count(set_config(name, reset_val, false))
        from pg_settings
        where name in ('idle_session_timeout', 'synchronous_commit', 'plan_cache_mode', 'enable_seqscan', 'enable_bitmapscan')
        """;
}
