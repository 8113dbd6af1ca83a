namespace TechCorp.Outbox;

internal sealed class PostgreSqlMaintenanceSql(string schema) : MaintenanceSql
{
    internal override string Status { get; } = $"""
        select
          (select count(*) from (select 1 from {schema}.outbox where sent_at is null limit @limit) p),
          (select count(*) from (select 1 from {schema}.outbox where next_at is not null and sent_at is null and unroutable_since is not null limit @limit) u),
          (select count(*) from (select 1 from {schema}.outbox_parked limit @limit) k),
          (select {PostgreSqlDialect.Milliseconds("clock_timestamp()")} - {PostgreSqlDialect.Milliseconds("created_at")}
           from {schema}.outbox where sent_at is null order by id limit 1)
        """;

    internal override string ListParked { get; } = $"""
        select message_id::text as MessageId, type as Type, key as Key, exchange as Exchange, routing_key as RoutingKey,
          reason as Reason, last_error as LastError, attempts::int as Attempts, {PostgreSqlDialect.Milliseconds("parked_at")} as ParkedAt
        from {schema}.outbox_parked
        order by id
        limit @limit
        """;

    // The mark on the key stays until the relay that owns the partition has begun again from the beginning: it may have read past the rows that come back.
    // An event whose id is in the outbox again stays parked until that one is published; a parked key comes back whole, whatever the limit.
    internal override string Redrive { get; } = $"""
        with c as (
          select p.id, p.part, p.key
          from {schema}.outbox_parked p
          where p.message_id = @id::uuid or p.reason = @reason
            or (p.part, p.key) in (
              select k.part, k.key
              from {schema}.outbox_parked_key k
              join {schema}.outbox_parked q on q.part = k.part and q.key = k.key
              where q.message_id = @id::uuid or q.reason = @reason)
          order by p.id
          limit @limit),
        s as (
          select p.*
          from {schema}.outbox_parked p
          where p.id in (select id from c)
            or (p.part, p.key) in (select k.part, k.key from {schema}.outbox_parked_key k join c on c.part = k.part and c.key = k.key)
          order by p.id
          for update),
        i as (
          insert into {schema}.outbox ({OutboxSql.Columns}, created_at) overriding system value
          select {OutboxSql.Columns}, created_at
          from s
          on conflict (message_id) do nothing
          returning id),
        d as (
          delete from {schema}.outbox_parked p
          using i
          where p.id = i.id
          returning 1),
        k as (
          update {schema}.outbox_parked_key k
          set redriven = true
          from (select distinct part, key from s where key is not null) x
          where k.part = x.part and k.key = x.key)
        select count(*) from d
        """;

    // In a statement before: the next one sees what those have done that this one waited for.
    internal override string LockKeys { get; } = $"""
        select k.part::int
        from {schema}.outbox_parked_key k
        where (k.part, k.key) in (select p.part, p.key from {schema}.outbox_parked p where p.message_id = @id::uuid or p.reason = @reason)
        order by k.part, k.key
        for update
        """;

    internal override string Discard { get; } = $"""
        with d as (
          delete from {schema}.outbox_parked
          where message_id = @id::uuid
          returning id, part, key),
        k as (
          update {schema}.outbox_parked_key k
          set redriven = true
          from d
          where k.part = d.part and k.key = d.key
            and not exists (select 1 from {schema}.outbox_parked o where o.part = d.part and o.key = d.key and o.id <> d.id))
        select count(*) from d
        """;
}
