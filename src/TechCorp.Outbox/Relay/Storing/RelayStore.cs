using System.Data;
using System.Data.Common;
using System.Text.Json;

namespace TechCorp.Outbox;

/// <summary>Reads and settles rows of the outbox. Each call is one statement or one short transaction; none is open while events are published.</summary>
internal sealed class RelayStore(OutboxDatabase database, TimeProvider timeProvider, RelayOptions options)
{
    private readonly RelaySql _sql = RelaySql.For(database);

    private SqlDialect Dialect => database.Dialect;

    private object Now => Dialect.Time(timeProvider.GetUtcNow());

    /// <summary>Reads rows that may be published now. One that cannot be read is among them, with the reason, and stops no other.</summary>
    internal async Task<IReadOnlyList<RelayRow>> ReadAsync(DbConnection connection, IReadOnlyList<Partition> partitions, CancellationToken cancellationToken)
    {
        var parameters = new SqlParameters
        {
            { "parts", Dialect.Numbers([.. partitions.Select(partition => (long)partition.Number)]) },
            { "lows", Dialect.Numbers([.. partitions.Select(partition => partition.Low)]) },
            { "limit", options.BatchSize },
            { "now", Now },
        };
        try
        {
            return await connection.RowsAsync<RelayRow>(_sql.ReadRows, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfARow(connection, exception))
        {
            return await ReadOneByOneAsync(connection, parameters, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<RelayRow>> ReadOneByOneAsync(DbConnection connection, SqlParameters parameters, CancellationToken cancellationToken)
    {
        var heads = await connection.RowsAsync<RelayRow>(_sql.ReadHeads, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        var rows = new List<RelayRow>(heads.Count);
        foreach (var head in heads)
        {
            try
            {
                var row = await connection.RowOrDefaultAsync<RelayRow>(_sql.ReadRow, new SqlParameters { { "id", head.Id }, { "now", Now } },
                    cancellationToken: cancellationToken).ConfigureAwait(false);
                if (row is not null)
                {
                    // Which transactions run is known from the one read that chose the rows.
                    rows.Add(row with { Oldest = head.Oldest, Newest = head.Newest });
                }
            }
            catch (Exception exception) when (IsOfARow(connection, exception))
            {
                rows.Add(head with { Unreadable = ErrorText.MessageOf(exception) });
            }
        }

        return rows;
    }

    /// <summary>Whether a value made the read fail, and not the connection: a data exception of the server (SQLSTATE class 22), corrupted data (XX001, XX002),
    /// or what the value could not be converted to here.</summary>
    private static bool IsOfARow(DbConnection connection, Exception exception)
        => connection.State == ConnectionState.Open && exception is not OperationCanceledException
            && (exception is not DbException { SqlState: var state } || state is "XX001" or "XX002"
                || state?.StartsWith("22", StringComparison.Ordinal) == true);

    internal async Task<IReadOnlyList<(long Part, long Top)>> ReadTopsAsync(DbConnection connection, IReadOnlyList<Partition> partitions,
        CancellationToken cancellationToken)
    {
        var parameters = new SqlParameters { { "parts", Dialect.Numbers([.. partitions.Select(partition => (long)partition.Number)]) } };
        return await connection.RowsAsync<(long, long)>(_sql.ReadTops, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <returns>How many rows still existed and were owned by this relay.</returns>
    internal Task<int> ConfirmAsync(DbConnection connection, string? me, IReadOnlyList<(long Id, long Epoch)> rows, CancellationToken cancellationToken)
        => WriteAsync(connection, options.KeepSent > TimeSpan.Zero ? _sql.MarkRows : _sql.DeleteRows,
            new SqlParameters
            {
                { "ids", Dialect.Numbers([.. rows.Select(row => row.Id)]) },
                { "epochs", Dialect.Numbers([.. rows.Select(row => row.Epoch)]) },
                { "me", me },
                { "now", Now },
            }, cancellationToken);

    internal Task<int> DeferAsync(DbConnection connection, string? me, IReadOnlyList<DeferredRow> rows, CancellationToken cancellationToken)
        => WriteAsync(connection, _sql.DeferRows,
            new SqlParameters { { "rows", JsonSerializer.Serialize(rows, RelayJson.Default.IReadOnlyListDeferredRow) }, { "me", me }, { "now", Now } },
            cancellationToken);

    internal Task<int> ParkAsync(DbConnection connection, string? me, IReadOnlyList<ParkedRow> rows, CancellationToken cancellationToken)
        => WriteAsync(connection, _sql.ParkRows,
            new SqlParameters { { "rows", JsonSerializer.Serialize(rows, RelayJson.Default.IReadOnlyListParkedRow) }, { "me", me }, { "now", Now } },
            cancellationToken);

    internal Task PassOnUnroutableAsync(DbConnection connection, RelayRow row, CancellationToken cancellationToken)
        => WriteAsync(connection, _sql.PassOnUnroutable,
            new SqlParameters
            {
                { "part", row.Part },
                { "key", row.Key },
                { "exchange", row.Exchange },
                { "routingKey", row.RoutingKey },
                { "since", row.UnroutableSince },
            }, cancellationToken);

    internal Task LiftRedrivenAsync(DbConnection connection, IReadOnlyList<long> parts, CancellationToken cancellationToken)
        => WriteAsync(connection, _sql.LiftRedriven, new SqlParameters { { "parts", Dialect.Numbers(parts) } }, cancellationToken);

    /// <summary>On PostgreSQL on the session that holds the locks, which is the fence; on SQLite in the process's writer slot.</summary>
    private async Task<int> WriteAsync(DbConnection connection, string sql, SqlParameters parameters, CancellationToken cancellationToken)
    {
        if (!Dialect.HasOneWriter)
        {
            return await connection.RunAsync(sql, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        await using var write = await database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var count = await write.RunAsync(sql, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return count;
    }
}
