using System.Data.Common;
using Dapper;

namespace TechCorp.Outbox;

/// <summary>PostgreSQL: a partition is owned by the session that holds its advisory lock, and the relay works on that very session.</summary>
/// <remarks>The server frees the locks when the session ends, so no clock is involved, and whoever has lost a lock has lost the connection to write with.</remarks>
internal sealed class AdvisoryLockOwnership(OutboxDatabase database, TimeProvider time) : PartitionOwnership
{
    private static readonly TimeSpan TryInterval = TimeSpan.FromMilliseconds(500);
    private readonly int _lockClass = PostgreSqlDialect.LockClass(database.Schema, "relay");
    private DbConnection? _connection;
    private long _tried;

    internal override async Task<DbConnection> RefreshAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            _connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            _tried = 0;
            await _connection.ExecuteAsync(new CommandDefinition(KeepSession, cancellationToken: cancellationToken)).ConfigureAwait(false);
        }

        if (Owned.Count < OutboxRow.Partitions && (_tried == 0 || time.GetElapsedTime(_tried) >= TryInterval))
        {
            await TakeAsync(_connection, cancellationToken).ConfigureAwait(false);
            _tried = time.GetTimestamp();
        }

        return _connection;
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
        foreach (var part in await connection.QueryAsync<int>(new CommandDefinition(
            TryLock, new SqlParameters { { "parts", missing }, { "lockClass", _lockClass } }, cancellationToken: cancellationToken)).ConfigureAwait(false))
        {
            Owned.Add((short)part, new Partition((short)part, 0));
        }
    }

    internal override async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (_connection is { } connection && Owned.Count > 0)
        {
            Owned.Clear();
            await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_unlock_all()", cancellationToken: cancellationToken)).ConfigureAwait(false);
        }
    }

    internal override async ValueTask ResetAsync()
    {
        Owned.Clear();
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    public override ValueTask DisposeAsync() => ResetAsync();

    // A relay that is stopped (SIGSTOP, a hung host) keeps its TCP session; the server ends it after two minutes of silence. From PostgreSQL 14 on.
    private const string KeepSession = """
        select case when current_setting('server_version_num')::int >= 140000 then set_config('idle_session_timeout', '120s', false) end
        """;
}
