namespace TechCorp.Outbox;

/// <summary>The statements of the barrier in one dialect.</summary>
internal abstract class BarrierSql
{
    internal static BarrierSql For(OutboxDatabase database)
        => database.Dialect.Choose<BarrierSql>(() => new PostgreSqlBarrierSql(database.Schema), () => new SqliteBarrierSql(database.Schema));

    /// <summary>Marks an operation of a key as seen; no row when it is marked already.</summary>
    internal abstract string Enter { get; }

    /// <summary>Counts an operation of a key.</summary>
    internal abstract string Count { get; }

    /// <summary>Deletes the marks past their retention, oldest first.</summary>
    internal abstract string Purge { get; }
}
