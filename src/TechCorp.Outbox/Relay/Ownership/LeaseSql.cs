namespace TechCorp.Outbox;

/// <summary>The statements of the leases that own partitions on SQLite; on PostgreSQL advisory locks own them.</summary>
internal sealed class LeaseSql(string schema)
{
    internal string Holders { get; } = $"""
        select distinct owner
        from {schema}_outbox_lease
        where owner is not null
        limit 32
        """;

    internal string LiveHolders { get; } = $"""
        select owner
        from {schema}_outbox_lease
        where owner is not null and until >= @now
        limit 32
        """;

    internal string Take { get; } = $"""
        insert into {schema}_outbox_lease (part)
        with recursive n (part) as (select 0 union all select part + 1 from n where part < {OutboxRow.Partitions - 1})
        select part from n where true
        on conflict (part) do nothing;

        update {schema}_outbox_lease
        set epoch = epoch + (owner is not @me), owner = @me, until = @until
        where owner is null or owner = @me or until < @now or owner in (select value from json_each(@gone))
        returning part, epoch;
        """;

    internal string Release { get; } = $"""
        update {schema}_outbox_lease
        set owner = null, until = null
        where owner = @me
        """;
}
