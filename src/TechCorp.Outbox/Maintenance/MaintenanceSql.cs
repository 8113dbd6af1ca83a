namespace TechCorp.Outbox;

/// <summary>The statements of monitoring and of redrives in one dialect.</summary>
internal abstract class MaintenanceSql
{
    internal static MaintenanceSql For(OutboxDatabase database)
        => database.Dialect.Choose<MaintenanceSql>(() => new PostgreSqlMaintenanceSql(database.Schema), () => new SqliteMaintenanceSql(database.Schema));

    internal abstract string Status { get; }

    internal abstract string ListParked { get; }

    /// <summary>Sends parked rows back (<c>@id</c> or <c>@reason</c>, <c>@limit</c>) and answers how many.</summary>
    internal abstract string Redrive { get; }

    /// <summary>Locks the marks of the keys of parked rows (<c>@id</c> or <c>@reason</c>): one at a time decides which row is the last of its key.</summary>
    internal abstract string LockKeys { get; }

    /// <summary>Deletes a parked row (<c>@id</c>) and answers how many there were.</summary>
    internal abstract string Discard { get; }
}
