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
    /// <param name="connection">The connection that owns the partitions.</param>
    /// <param name="partitions">In the order of the answer.</param>
    /// <param name="tops">What the read is to carry on.</param>
    /// <param name="known">The ids of rows that are under way.</param>
    /// <param name="limit">The most rows.</param>
    /// <param name="bytes">How many bytes of payloads are enough.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<RelayRead> ReadAsync(DbConnection connection, IReadOnlyList<Partition> partitions, IReadOnlyList<(long Part, long Top)> tops,
        long[] known, int limit, long bytes, CancellationToken cancellationToken)
    {
        var shares = Partition.Share(partitions, limit);
        if (Dialect.HasOneWriter)
        {
            Array.Fill(shares, shares.Max()); // SQLite takes no limit from a row
        }

        var parameters = new SqlParameters
        {
            { "parts", Dialect.Numbers([.. partitions.Select(partition => (long)partition.Number)]) },
            { "lows", Dialect.Numbers([.. partitions.Select(partition => partition.Low)]) },
            { "shares", Dialect.Numbers(shares) },
            { "share", shares.Max() },
            { "known", Dialect.Numbers(known) },
            { "limit", limit },
            { "bytes", bytes },
            { "now", Now },
        };
        IReadOnlyList<RelayRow> rows;
        try
        {
            rows = await connection.PreparedRowsAsync<RelayRow>(_sql.ReadRows, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfARow(connection, exception))
        {
            rows = await ReadOneByOneAsync(connection, parameters, cancellationToken).ConfigureAwait(false);
        }

        return new RelayRead(rows, tops, CutOf(partitions, shares, rows, limit, bytes));
    }

    /// <summary>The partitions that may have more than was read: those that filled their share, and all where the read had enough in rows or bytes.</summary>
    private static HashSet<short> CutOf(IReadOnlyList<Partition> partitions, long[] shares, IReadOnlyList<RelayRow> rows, int limit, long bytes)
    {
        if (rows.Count >= limit || rows.Any(static row => row.Unreadable is not null) || rows.Sum(static row => (long)row.Payload.Length) >= bytes)
        {
            return [.. partitions.Select(static partition => partition.Number)];
        }

        var counts = rows.CountBy(static row => row.Part).ToDictionary();
        return [.. partitions.Where((partition, i) => counts.GetValueOrDefault(partition.Number) >= shares[i]).Select(static partition => partition.Number)];
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

    /// <summary>Whether a value made the read fail, and not the connection: a data exception of the server (SQLSTATE class 22), or what the value could not be
    /// converted to here.</summary>
    private static bool IsOfARow(DbConnection connection, Exception exception)
        => connection.State == ConnectionState.Open && exception is not OperationCanceledException
            && (exception is not DbException failure || failure.SqlState?.StartsWith("22", StringComparison.Ordinal) == true);

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
            return await connection.PreparedRunAsync(sql, parameters, cancellationToken).ConfigureAwait(false);
        }

        await using var write = await database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var count = await write.RunAsync(sql, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return count;
    }
}
