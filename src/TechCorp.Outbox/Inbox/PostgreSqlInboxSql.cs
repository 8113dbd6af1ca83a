namespace TechCorp.Outbox;

/// <summary>A concurrent duplicate waits on the primary key for the first to commit.</summary>
internal sealed class PostgreSqlInboxSql(string schema) : InboxSql
{
    internal override string Mark { get; } = $"""
        insert into {schema}.inbox (consumer, message_id, body_hash, after_commit)
        values (@Consumer, cast(@Id as uuid), @Hash, @AfterCommit)
        on conflict (consumer, message_id) do nothing
        """;

    internal override string Find { get; } = $"""
        select body_hash as BodyHash, after_commit as AfterCommit
        from {schema}.inbox
        where consumer = @Consumer
        and message_id = cast(@Id as uuid)
        limit 1
        """;

    internal override string Settle { get; } = $"""
        update {schema}.inbox
        set after_commit = 0
        where consumer = @Consumer
        and message_id = cast(@Id as uuid)
        """;

    internal override string Purge { get; } = $"""
        delete from {schema}.inbox
        where (consumer, message_id) in (
          select consumer, message_id
          from {schema}.inbox
          where received_at < statement_timestamp() - @Retention * interval '1 millisecond'
          order by received_at
          limit @Limit
          for update skip locked
        )
        """;
}
