namespace TechCorp.Outbox;

/// <content>What the inbox and the idempotency store say.</content>
public abstract partial class SqlDialect
{
    internal abstract InboxSql Inbox(string schema);

    internal abstract IdempotencySql Idempotency(string schema);
}
