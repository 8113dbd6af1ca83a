using System.Data.Common;
using System.Globalization;

namespace TechCorp.Outbox;

internal sealed class PostgreSqlOutboxSql(string schema) : OutboxSql
{
    internal override int RowsPerInsert => 1000;

    // The join on n takes the locks before the first row is made, and so before its identity is: ids follow commit order per key.
    // The ids are given in the order of the events, whatever the planner makes of the joins.
    // The transaction's own id is taken there too: the relay knows by it which transactions may still show rows with lower identities.
    private string Insert => $"""
        with l as materialized (select pg_advisory_xact_lock(@lock_class, k) from unnest(@key_locks::int[]) k),
             n as materialized (select count(*), txid_current() as xid from l),
             i as (
               insert into {schema}.outbox (part, key, message_id, aggregate_type, aggregate_id, type, exchange, routing_key,
                 content_type, correlation_id, app_id, headers, payload, occurred_at)
               select u.part, u.key, u.message_id, u.aggregate_type, u.aggregate_id, u.type, u.exchange, u.routing_key,
                 u.content_type, u.correlation_id, u.app_id, u.headers::jsonb, u.payload, u.occurred_at
               from n, unnest(@parts::smallint[], @keys::text[], @ids::uuid[], @aggregate_types::text[], @aggregate_ids::text[], @types::text[],
                 @exchanges::text[], @routing_keys::text[], @content_types::text[], @correlation_ids::text[], @app_ids::text[],
                 @headers::text[], @payloads::bytea[], @occurred::timestamptz[]) with ordinality
                 u (part, key, message_id, aggregate_type, aggregate_id, type, exchange, routing_key, content_type, correlation_id, app_id, headers,
                   payload, occurred_at, place)
               where not exists (select 1 from {schema}.outbox_parked p where p.message_id = u.message_id)
               order by u.place
               on conflict (message_id) do nothing
               returning 1)
        select count(*), (select n.xid from n) from i
        """;

    internal override async Task<InsertResult> InsertAsync(
        DbTransaction? transaction, DbConnection connection, IReadOnlyList<OutboxRow> rows, int[] keyLocks, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = Insert;
        command.Add("lock_class", PostgreSqlDialect.LockClass(schema, "key"));
        command.Add("key_locks", keyLocks);
        command.Add("parts", rows.Select(row => row.Part).ToArray());
        command.Add("keys", rows.Select(row => row.Key).ToArray());
        command.Add("ids", rows.Select(row => row.MessageId).ToArray());
        command.Add("aggregate_types", rows.Select(row => row.AggregateType).ToArray());
        command.Add("aggregate_ids", rows.Select(row => row.AggregateId).ToArray());
        command.Add("types", rows.Select(row => row.Type).ToArray());
        command.Add("exchanges", rows.Select(row => row.Exchange).ToArray());
        command.Add("routing_keys", rows.Select(row => row.RoutingKey).ToArray());
        command.Add("content_types", rows.Select(row => row.ContentType).ToArray());
        command.Add("correlation_ids", rows.Select(row => row.CorrelationId).ToArray());
        command.Add("app_ids", rows.Select(row => row.AppId).ToArray());
        command.Add("headers", rows.Select(row => row.Headers).ToArray());
        command.Add("payloads", rows.Select(row => row.Payload).ToArray());
        command.Add("occurred", rows.Select(row => row.OccurredAt).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new InsertResult((int)reader.GetInt64(0), reader.GetInt64(1).ToString(CultureInfo.InvariantCulture));
    }

    internal override string FindEvents => $"""
        select {Stored}
        from {schema}.outbox
        where message_id = any(@ids::uuid[])
        union all
        select {Stored}
        from {schema}.outbox_parked
        where message_id = any(@ids::uuid[])
        limit 20000
        """;

    private const string Stored = "message_id::text as Id, type as Type, exchange as Exchange, routing_key as RoutingKey, key as Key, "
        + "headers::text as Headers, payload as Payload";

    internal override async Task<string?> CommitTokenAsync(WriteTransaction write, DateTimeOffset now, CancellationToken cancellationToken)
        => await write.ScalarAsync<string?>("select txid_current_if_assigned()::text", cancellationToken: cancellationToken).ConfigureAwait(false);

    internal override async Task<CommitOutcome?> ResolveAsync(DbConnection connection, string token, CancellationToken cancellationToken)
        => await connection.ScalarAsync<string?>("select txid_status(@token::bigint)", new { token }, cancellationToken: cancellationToken)
            .ConfigureAwait(false) switch
        {
            "committed" => CommitOutcome.Committed,
            "aborted" => CommitOutcome.NotCommitted,
            "in progress" => null,
            _ => CommitOutcome.Unknown,
        };

    // Class 08 is the connection's; 57P0x ends the session, before or after the commit; 40003 means that the outcome is not known.
    internal override bool IsRefusal(DbException exception)
        => exception.SqlState is { } state and not "40003" && !state.StartsWith("08", StringComparison.Ordinal)
            && !state.StartsWith("57P", StringComparison.Ordinal);
}
