namespace TechCorp.Outbox;

internal sealed class SqliteMaintenanceSql(string schema) : MaintenanceSql
{
    internal override string Status { get; } = $"""
        select
          (select count(*) from (select 1 from {schema}_outbox where sent_at is null limit @limit) p),
          (select count(*) from (select 1 from {schema}_outbox where next_at is not null and sent_at is null and unroutable_since is not null limit @limit) u),
          (select count(*) from (select 1 from {schema}_outbox_parked limit @limit) k),
          (select @now - created_at from {schema}_outbox where sent_at is null order by id limit 1)
        """;

    internal override string ListParked { get; } = $"""
        select message_id as MessageId, type as Type, key as Key, exchange as Exchange, routing_key as RoutingKey,
          reason as Reason, last_error as LastError, attempts as Attempts, parked_at as ParkedAt
        from {schema}_outbox_parked
        order by id
        limit @limit
        """;

    // As on PostgreSQL, statement by statement: the write lock is held.
    internal override string Redrive { get; } = $"""
        create temp table if not exists {schema}_outbox_redriven (id integer primary key);

        delete from temp.{schema}_outbox_redriven;

        insert into temp.{schema}_outbox_redriven (id)
        select p.id
        from {schema}_outbox_parked p
        where p.message_id = @id or p.reason = @reason
          or (p.part, p.key) in (
            select k.part, k.key
            from {schema}_outbox_parked_key k
            join {schema}_outbox_parked q on q.part = k.part and q.key = k.key
            where q.message_id = @id or q.reason = @reason)
        order by p.id
        limit @limit;

        insert or ignore into temp.{schema}_outbox_redriven (id)
        select p.id
        from {schema}_outbox_parked p
        where (p.part, p.key) in (
          select k.part, k.key
          from {schema}_outbox_parked_key k
          join {schema}_outbox_parked q on q.part = k.part and q.key = k.key
          join temp.{schema}_outbox_redriven r on r.id = q.id);

        update {schema}_outbox_parked_key
        set redriven = 1
        where (part, key) in (select p.part, p.key from {schema}_outbox_parked p join temp.{schema}_outbox_redriven r on r.id = p.id);

        delete from temp.{schema}_outbox_redriven
        where id in (select p.id from {schema}_outbox_parked p join {schema}_outbox o on o.message_id = p.message_id)
          or id not in (select min(p.id) from {schema}_outbox_parked p join temp.{schema}_outbox_redriven r on r.id = p.id group by p.message_id);

        insert into {schema}_outbox ({OutboxSql.Columns}, created_at)
        select {OutboxSql.Columns}, created_at
        from {schema}_outbox_parked
        where id in (select id from temp.{schema}_outbox_redriven);

        delete from {schema}_outbox_parked
        where id in (select id from temp.{schema}_outbox_redriven);

        select count(*) from temp.{schema}_outbox_redriven;
        """;

    internal override string LockKeys => "select 1"; // the write lock is held

    internal override string Discard { get; } = $"""
        update {schema}_outbox_parked_key
        set redriven = 1
        where (part, key) in (select part, key from {schema}_outbox_parked where message_id = @id)
          and (select count(*) from {schema}_outbox_parked o where o.part = {schema}_outbox_parked_key.part and o.key = {schema}_outbox_parked_key.key) = 1;

        delete from {schema}_outbox_parked
        where message_id = @id;

        select changes();
        """;
}
