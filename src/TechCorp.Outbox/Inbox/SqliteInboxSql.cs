namespace TechCorp.Outbox;

/// <summary>The host's clock; one writer at a time, so a concurrent duplicate waits for the first to commit.</summary>
internal sealed class SqliteInboxSql(string schema) : InboxSql
{
    internal override string Mark { get; } = $"""
        insert into {schema}_inbox (consumer, message_id, body_hash, received_at, after_commit)
        values (@Consumer, @Id, @Hash, @Now, @AfterCommit)
        on conflict (consumer, message_id) do nothing
        """;

    internal override string Find { get; } = $"""
        select body_hash as BodyHash, after_commit as AfterCommit
        from {schema}_inbox
        where consumer = @Consumer
        and message_id = @Id
        limit 1
        """;

    internal override string Settle { get; } = $"""
        update {schema}_inbox
        set after_commit = 0
        where consumer = @Consumer
        and message_id = @Id
        """;

    internal override string Purge { get; } = $"""
        delete from {schema}_inbox
        where (consumer, message_id) in (
          select consumer, message_id
          from {schema}_inbox
          where received_at < @Now - @Retention
          order by received_at
          limit @Limit
        )
        """;
}
