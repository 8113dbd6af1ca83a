namespace TechCorp.Outbox;

/// <summary>The statements of the inbox in one dialect.</summary>
internal abstract class InboxSql
{
    internal static InboxSql For(OutboxDatabase database)
        => database.Dialect.Choose<InboxSql>(() => new PostgreSqlInboxSql(database.Schema), () => new SqliteInboxSql(database.Schema));

    /// <summary>Marks a message as handled; no row when it was before.</summary>
    internal abstract string Mark { get; }

    internal abstract string Find { get; }

    /// <summary>The work after the commit is done.</summary>
    internal abstract string Settle { get; }

    /// <summary>Deletes marks past their retention, oldest first.</summary>
    internal abstract string Purge { get; }
}
