namespace TechCorp.Outbox;

/// <summary>The fence is the session: a relay that has lost its advisory locks has lost the connection that these statements run on.</summary>
internal sealed class PostgreSqlRelaySql(string schema) : RelaySql
{
    // The id that the next transaction gets. A snapshot's xmax is one above the last transaction that has ended: a transaction that runs may be above it,
    // and must count as running.
    private const string NextTransaction =
        "(select txid_snapshot_xmax(s) + age(((txid_snapshot_xmax(s) % 4294967296)::text)::xid) from (select txid_current_snapshot() s) now)";

    internal override string FindObstacle { get; } = $"""
        select case
          when pg_is_in_recovery() then 'the server is a standby'
          when current_setting('transaction_read_only')::boolean then 'its sessions are read-only (default_transaction_read_only)'
          else (
            select 'its role ' || quote_ident(current_user) || ' lacks ' || string_agg(n.privilege || ' on ' || n.name, ', ')
            from (values ('{schema}.outbox', 'SELECT'), ('{schema}.outbox', 'UPDATE'), ('{schema}.outbox', 'DELETE'),
              ('{schema}.outbox_parked', 'INSERT'), ('{schema}.outbox_parked_key', 'SELECT'), ('{schema}.outbox_parked_key', 'INSERT'),
              ('{schema}.outbox_parked_key', 'UPDATE'), ('{schema}.outbox_parked_key', 'DELETE')) n (name, privilege)
            where not has_table_privilege(n.name, n.privilege))
          end
        """;

    internal override string ReadRows { get; } = $"select {Head(schema)}, {Content} {Readable(schema)}";

    internal override string ReadHeads { get; } = $"select {Head(schema)} {Readable(schema)}";

    internal override string ReadRow { get; } = $"select {Head(schema)}, {Content} from {schema}.outbox o where o.id = @id limit 1";

    internal override string ReadTops { get; } = $"""
        select p.part as Part, coalesce((select max(o.id) from {schema}.outbox o where o.part = p.part and o.sent_at is null), 0) as Top
        from unnest(@parts::bigint[]) p (part)
        limit 32
        """;

    internal override string DeleteRows { get; } = $"""
        delete from {schema}.outbox
        where id = any(@ids::bigint[])
        """;

    internal override string MarkRows { get; } = $"""
        update {schema}.outbox
        set sent_at = clock_timestamp()
        where id = any(@ids::bigint[]) and sent_at is null
        """;

    internal override string DeferRows { get; } = $"""
        update {schema}.outbox o
        set attempts = case when o.unroutable_since is not null and not f.unroutable then 1 else least(o.attempts + 1, 32767) end::smallint,
          next_at = clock_timestamp() + f.delay_ms * interval '1 millisecond',
          unroutable_since = case when f.unroutable then coalesce(o.unroutable_since, clock_timestamp()) end,
          last_error = f.error
        from jsonb_to_recordset(@rows::jsonb) as f (id bigint, delay_ms bigint, unroutable boolean, error text)
        where o.id = f.id and o.sent_at is null
        """;

    internal override string ParkRows { get; } = $"""
        with d as (
          delete from {schema}.outbox o
          using jsonb_to_recordset(@rows::jsonb) as f (id bigint, whole_key boolean, reason text, error text)
          where o.id = f.id and o.sent_at is null
          returning o.*, f.whole_key, f.reason, f.error),
        k as (
          insert into {schema}.outbox_parked_key (part, key)
          select distinct d.part, d.key from d where d.whole_key and d.key is not null
          on conflict (part, key) do update set redriven = false)
        insert into {schema}.outbox_parked ({OutboxSql.Columns}, attempts, created_at, reason, last_error)
        select {OutboxSql.Columns}, least(attempts + 1, 32767)::smallint, created_at, reason, error
        from d
        """;

    internal override string PassOnUnroutable { get; } = $"""
        update {schema}.outbox
        set unroutable_since = to_timestamp(@since / 1000.0)
        where part = @part and key = @key and exchange = @exchange and routing_key = @routingKey and unroutable_since is null and sent_at is null
        """;

    internal override string LiftRedriven { get; } = $"""
        delete from {schema}.outbox_parked_key
        where redriven and part = any(@parts::bigint[])
        """;

    internal override string PurgeSent { get; } = $"""
        delete from {schema}.outbox
        where id in (
          select id from {schema}.outbox
          where sent_at < statement_timestamp() - @retention * interval '1 millisecond'
          order by sent_at
          limit @limit
          for update skip locked)
        """;

    private static string Content { get; } = $"""
        o.type as Type, o.exchange as Exchange, o.routing_key as RoutingKey, o.content_type as ContentType, o.correlation_id as CorrelationId,
          o.app_id as AppId, o.headers::text as Headers, o.payload as Payload,
          {PostgreSqlDialect.Milliseconds("coalesce(o.occurred_at, o.created_at)")} as OccurredAt,
          {PostgreSqlDialect.Milliseconds("o.created_at")} as CreatedAt, {PostgreSqlDialect.Milliseconds("o.unroutable_since")} as UnroutableSince
        """;

    private static string Head(string schema) => $"""
        o.id as Id, o.part as Part, o.key as Key, o.message_id::text as MessageId, o.attempts::int as Attempts,
          {PostgreSqlDialect.Milliseconds("clock_timestamp()")} as Now,
          o.key is not null and exists (select 1 from {schema}.outbox_parked_key k where k.part = o.part and k.key = o.key) as Redriven,
          (select txid_snapshot_xmin(txid_current_snapshot())) as Oldest, {NextTransaction} as Newest
        """;

    // A row waits for an earlier one of its key that was refused: until that one is due, and longer where that one is at or below what was read (only a
    // read from 0 finds both in order). An earlier one that no queue is bound for holds back only those with its own destination.
    // One time for the whole statement: a row that becomes due meanwhile would else be left out, and the next of its key not held back by it.
    // Both bounds of the comparison are of the index (part, id), in whose order the rows come: with "part = …" the planner may take the primary key.
    private static string Readable(string schema) => $"""
        from (
          select r.*, p.place, sum(octet_length(r.payload)) over (order by p.place, r.id) - octet_length(r.payload) as before
          from unnest(@parts::smallint[], @lows::bigint[], @shares::bigint[]) with ordinality p (part, low, share, place)
          cross join lateral (
            select *
            from {schema}.outbox c
            where (c.part, c.id) > (p.part, p.low) and (c.part, c.id) <= (p.part, 9223372036854775807) and c.sent_at is null
              and not (c.id = any(@known::bigint[]))
              and (c.next_at is null or c.next_at <= statement_timestamp())
              and (c.key is null or not exists (
                select 1 from {schema}.outbox_parked_key k
                where k.part = c.part and k.key = c.key and (not k.redriven or p.low > 0)))
              and (c.key is null or not exists (
                select 1 from {schema}.outbox w
                where w.part = c.part and w.key = c.key and w.next_at is not null and w.sent_at is null and w.id < c.id
                  and (w.next_at > statement_timestamp() or w.id <= p.low)
                  and (w.unroutable_since is null or (w.exchange = c.exchange and w.routing_key = c.routing_key))))
            order by c.part, c.id
            limit p.share) r) o
        where o.before < @bytes
        order by o.place, o.id
        limit @limit
        """;
}
