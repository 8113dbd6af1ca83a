using System.Data;
using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>The SQL that a database understands. Named explicitly where a database is configured; there is no other than these.</summary>
public abstract partial class SqlDialect
{
    private protected SqlDialect(string name) => Name = name;

    /// <summary>PostgreSQL 12 or newer.</summary>
    public static SqlDialect PostgreSql { get; } = new PostgreSqlDialect();

    /// <summary>SQLite 3.35 or newer: one writer at a time, the host's clock.</summary>
    public static SqlDialect Sqlite { get; } = new SqliteDialect();

    /// <summary>The name in logs and errors.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Whether one transaction at a time may write, so that writers of this process queue up.</summary>
    internal abstract bool HasOneWriter { get; }

    /// <summary>The isolation level to begin a writing transaction with.</summary>
    internal abstract IsolationLevel Isolation(IsolationLevel asked);

    internal abstract string Table(string schema, string name);

    internal abstract Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken);
}
