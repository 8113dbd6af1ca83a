namespace TechCorp.Outbox;

/// <content>What the inbox says.</content>
internal sealed partial class SqliteDialect
{
    internal override InboxSql Inbox(string schema) => new()
    {
        Mark = $"""
            insert into {schema}_inbox (consumer, message_id, body_hash, received_at, after_commit)
            values (@Consumer, @Id, @Hash, @Now, @AfterCommit)
            on conflict (consumer, message_id) do nothing
            """,
        Find = $"""
            select body_hash as BodyHash, after_commit as AfterCommit
            from {schema}_inbox
            where consumer = @Consumer
            and message_id = @Id
            limit 1
            """,
        Settle = $"""
            update {schema}_inbox
            set after_commit = 0
            where consumer = @Consumer
            and message_id = @Id
            """,
        Purge = $"""
            delete from {schema}_inbox
            where (consumer, message_id) in (
              select consumer, message_id
              from {schema}_inbox
              where received_at < @Now - @Retention
              order by received_at
              limit @Limit
            )
            """,
    };
}
