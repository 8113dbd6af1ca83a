namespace TechCorp.Outbox;

/// <summary>The fence is the lease: each write names the epoch that the relay was given for the row's partition.</summary>
internal sealed class SqliteRelaySql(string schema) : RelaySql
{
    // It deletes nothing, and fails in a database that is open for reading only, whose BEGIN IMMEDIATE does not.
    internal override string FindObstacle { get; } = $"delete from {schema}_outbox where false; select null";

    internal override string ReadRows { get; } = $"select {Head(schema)}, {Content} {Readable(schema)}";

    internal override string ReadHeads { get; } = $"select {Head(schema)} {Readable(schema)}";

    internal override string ReadRow { get; } = $"select {Head(schema)}, {Content} from {schema}_outbox o where o.id = @id limit 1";

    internal override string ReadTops { get; } = $"""
        select p.value as Part, coalesce((select max(o.id) from {schema}_outbox o where o.part = p.value and o.sent_at is null), 0) as Top
        from json_each(@parts) p
        limit 32
        """;

    internal override string DeleteRows { get; } = $"""
        delete from {schema}_outbox
        where id in ({Fenced(schema)})
        """;

    internal override string MarkRows { get; } = $"""
        update {schema}_outbox
        set sent_at = @now
        where sent_at is null and id in ({Fenced(schema)})
        """;

    internal override string DeferRows { get; } = $"""
        update {schema}_outbox as o
        set attempts = case when o.unroutable_since is not null and not f.unroutable then 1 else o.attempts + 1 end,
          next_at = @now + f.delay_ms,
          unroutable_since = case when f.unroutable then coalesce(o.unroutable_since, @now) end,
          last_error = f.error
        from (
          select value ->> 'id' as id, value ->> 'epoch' as epoch, value ->> 'delay_ms' as delay_ms, value ->> 'unroutable' as unroutable,
            value ->> 'error' as error
          from json_each(@rows)) f
        where o.id = f.id and o.sent_at is null
          and exists (select 1 from {schema}_outbox_lease l where l.part = o.part and l.owner = @me and l.epoch = f.epoch)
        """;

    internal override string ParkRows { get; } = $"""
        insert into {schema}_outbox_parked_key (part, key, since)
        select distinct o.part, o.key, @now
        from {ToPark(schema)} and f.whole_key and o.key is not null
        on conflict (part, key) do update set redriven = 0;

        insert into {schema}_outbox_parked ({OutboxSql.Columns}, attempts, created_at, reason, last_error, parked_at)
        select {string.Join(", ", OutboxSql.Columns.Split(", ").Select(column => $"o.{column}"))}, o.attempts + 1, o.created_at, f.reason, f.error, @now
        from {ToPark(schema)};

        delete from {schema}_outbox
        where id in (select o.id from {ToPark(schema)});
        """;

    internal override string PassOnUnroutable { get; } = $"""
        update {schema}_outbox
        set unroutable_since = @since
        where part = @part and key = @key and exchange = @exchange and routing_key = @routingKey and unroutable_since is null and sent_at is null
        """;

    internal override string LiftRedriven { get; } = $"""
        delete from {schema}_outbox_parked_key
        where redriven and part in (select value from json_each(@parts))
        """;

    internal override string PurgeSent { get; } = $"""
        delete from {schema}_outbox
        where id in (
          select id from {schema}_outbox
          where sent_at < @now - @retention
          order by sent_at
          limit @limit);

        delete from {schema}_outbox_commit
        where id in (
          select id from {schema}_outbox_commit
          where committed_at < @now - 600000
          order by committed_at
          limit @limit);
        """;

    private static string Fenced(string schema) => $"""
        select o.id
        from json_each(@ids) i
        join json_each(@epochs) e on e.key = i.key
        join {schema}_outbox o on o.id = i.value
        join {schema}_outbox_lease l on l.part = o.part and l.owner = @me and l.epoch = e.value
        """;

    private static string ToPark(string schema) => $"""
        (select value ->> 'id' as id, value ->> 'epoch' as epoch, value ->> 'whole_key' as whole_key, value ->> 'reason' as reason,
           value ->> 'error' as error from json_each(@rows)) f
        join {schema}_outbox o on o.id = f.id and o.sent_at is null
        join {schema}_outbox_lease l on l.part = o.part and l.owner = @me and l.epoch = f.epoch
        where true
        """;

    private const string Content = """
        o.type as Type, o.exchange as Exchange, o.routing_key as RoutingKey, o.content_type as ContentType, o.correlation_id as CorrelationId,
          o.app_id as AppId, o.headers as Headers, o.payload as Payload, coalesce(o.occurred_at, o.created_at) as OccurredAt, o.created_at as CreatedAt,
          o.unroutable_since as UnroutableSince
        """;

    private static string Head(string schema) => $"""
        o.id as Id, o.part as Part, o.key as Key, o.message_id as MessageId, min(o.attempts, 32767) as Attempts, @now as Now,
          o.key is not null and exists (select 1 from {schema}_outbox_parked_key k where k.part = o.part and k.key = o.key) as Redriven,
          0 as Oldest, 0 as Newest
        """;

    // As on PostgreSQL, where the conditions are explained.
    private static string Readable(string schema) => $"""
        from (
          select r.*, p.place, sum(length(r.payload)) over (order by p.place, r.id) - length(r.payload) as before
          from (select a.key as place, a.value as part, b.value as low from json_each(@parts) a join json_each(@lows) b on b.key = a.key) p
          cross join {schema}_outbox r
          where r.id in (
            select c.id
            from {schema}_outbox c
            where c.part = p.part and c.id > p.low and c.sent_at is null
              and c.id not in (select value from json_each(@known))
              and (c.next_at is null or c.next_at <= @now)
              and (c.key is null or not exists (
                select 1 from {schema}_outbox_parked_key k
                where k.part = c.part and k.key = c.key and (not k.redriven or p.low > 0)))
              and (c.key is null or not exists (
                select 1 from {schema}_outbox w
                where w.part = c.part and w.key = c.key and w.next_at is not null and w.sent_at is null and w.id < c.id
                  and (w.next_at > @now or w.id <= p.low)
                  and (w.unroutable_since is null or (w.exchange = c.exchange and w.routing_key = c.routing_key))))
            order by c.id
            limit @share)) o
        where o.before < @bytes
        order by o.place, o.id
        limit @limit
        """;
}
