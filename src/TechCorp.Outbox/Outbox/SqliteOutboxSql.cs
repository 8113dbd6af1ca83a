using System.Data.Common;
using System.Globalization;
using System.Text;

namespace TechCorp.Outbox;

internal sealed class SqliteOutboxSql(string schema) : OutboxSql
{
    // The driver searches all parameters for each one, so a few rows at a time are fastest.
    internal override int RowsPerInsert => 20;

    private string Insert(int rows)
    {
        var values = new StringBuilder();
        for (var i = 0; i < rows; i++)
        {
            values.Append(CultureInfo.InvariantCulture,
                $"{(i == 0 ? "" : ",\n")}(@part{i}, @key{i}, @id{i}, @aggregate_type{i}, @aggregate_id{i}, @type{i}, @exchange{i}, @routing_key{i}, ")
                .Append(CultureInfo.InvariantCulture, $"@content_type{i}, @correlation_id{i}, @app_id{i}, @headers{i}, @payload{i}, @occurred{i}, @now)");
        }

        return $"""
            insert into {schema}_outbox (part, key, message_id, aggregate_type, aggregate_id, type, exchange, routing_key,
              content_type, correlation_id, app_id, headers, payload, occurred_at, created_at)
            select * from (values {values})
            where not exists (select 1 from {schema}_outbox_parked p where p.message_id = column3)
            on conflict (message_id) do nothing
            """;
    }

    internal override async Task<InsertResult> InsertAsync(
        DbTransaction? transaction, DbConnection connection, IReadOnlyList<OutboxRow> rows, int[] keyLocks, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = Insert(rows.Count);
        command.Add("@now", now.ToUnixTimeMilliseconds());
        for (var i = 0; i < rows.Count; i++)
        {
            Add(command, rows[i], i.ToString(CultureInfo.InvariantCulture));
        }

        return new InsertResult(await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false), null);
    }

    private static void Add(DbCommand command, OutboxRow row, string i)
    {
        command.Add("@part" + i, row.Part);
        command.Add("@key" + i, row.Key);
        command.Add("@id" + i, row.MessageId.ToString());
        command.Add("@aggregate_type" + i, row.AggregateType);
        command.Add("@aggregate_id" + i, row.AggregateId);
        command.Add("@type" + i, row.Type);
        command.Add("@exchange" + i, row.Exchange);
        command.Add("@routing_key" + i, row.RoutingKey);
        command.Add("@content_type" + i, row.ContentType);
        command.Add("@correlation_id" + i, row.CorrelationId);
        command.Add("@app_id" + i, row.AppId);
        command.Add("@headers" + i, row.Headers);
        command.Add("@payload" + i, row.Payload);
        command.Add("@occurred" + i, row.OccurredAt?.ToUnixTimeMilliseconds());
    }

    internal override string FindEvents => $"""
        select {Stored}
        from {schema}_outbox
        where message_id in (select value from json_each(@ids))
        union all
        select {Stored}
        from {schema}_outbox_parked
        where message_id in (select value from json_each(@ids))
        limit 20000
        """;

    private const string Stored = "message_id as Id, type as Type, exchange as Exchange, routing_key as RoutingKey, key as Key, headers as Headers, "
        + "payload as Payload";

    internal override async Task<string?> CommitTokenAsync(WriteTransaction write, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var token = Guid.CreateVersion7(now).ToString();
        await write.RunAsync($"insert into {schema}_outbox_commit (id, committed_at) values (@token, @now)", new { token, now = now.ToUnixTimeMilliseconds() },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return token;
    }

    internal override async Task<CommitOutcome?> ResolveAsync(DbConnection connection, string token, CancellationToken cancellationToken)
    {
        // The write lock waits until the other connection has ended, one way or the other.
        await using var transaction = await connection.BeginTransactionAsync(SqlDialect.Sqlite.Isolation(default), cancellationToken).ConfigureAwait(false);
        var found = await connection.ScalarAsync<long>($"select count(*) from {schema}_outbox_commit where id = @token", new { token }, transaction,
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return found > 0 ? CommitOutcome.Committed : CommitOutcome.NotCommitted;
    }

    // The driver gives no SQLSTATE; a commit that failed is looked up instead.
    internal override bool IsRefusal(DbException exception) => false;
}
