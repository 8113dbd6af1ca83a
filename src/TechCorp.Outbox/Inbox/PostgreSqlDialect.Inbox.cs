namespace TechCorp.Outbox;

/// <content>What the inbox says. A concurrent duplicate waits on the primary key for the first to commit.</content>
internal sealed partial class PostgreSqlDialect
{
    internal override InboxSql Inbox(string schema) => new()
    {
        Mark = $"""
            insert into {schema}.inbox (consumer, message_id, body_hash, after_commit)
            values (@Consumer, cast(@Id as uuid), @Hash, @AfterCommit)
            on conflict (consumer, message_id) do nothing
            """,
        Find = $"""
            select body_hash as BodyHash, after_commit as AfterCommit
            from {schema}.inbox
            where consumer = @Consumer
            and message_id = cast(@Id as uuid)
            limit 1
            """,
        Settle = $"""
            update {schema}.inbox
            set after_commit = 0
            where consumer = @Consumer
            and message_id = cast(@Id as uuid)
            """,
        Purge = $"""
            delete from {schema}.inbox
            where (consumer, message_id) in (
              select consumer, message_id
              from {schema}.inbox
              where received_at < statement_timestamp() - @Retention * interval '1 millisecond'
              order by received_at
              limit @Limit
              for update skip locked
            )
            """,
    };
}
