using System.Data;
using System.Data.Common;
using System.Globalization;

namespace TechCorp.Outbox;

/// <summary>The SQL that a database understands. Named explicitly where a database is configured; there is no other than these.</summary>
/// <remarks>
/// Holds what every statement needs and names no feature. A feature keeps its own statements and asks <see cref="Choose{T}"/> for those of a dialect:
/// a third dialect is a third parameter there, and compiles only when every feature has answered for it.
/// </remarks>
public abstract class SqlDialect
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

    /// <summary>What a database speaks, whatever was configured and however its connection is wrapped.</summary>
    internal static async Task<SqlDialect> OfAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        // Every dialect understands it, so it fails no transaction: PostgreSQL rounds to 3, SQLite truncates to 2.
        command.CommandText = "select cast(2.7 as integer)";
        return Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture) == 3
            ? PostgreSql
            : Sqlite;
    }

    /// <summary>Gives the name of the database and, in a second column, what no other has.</summary>
    internal abstract string Identify { get; }

    /// <summary>Why a plain name cannot be a schema; null where it can.</summary>
    internal abstract string? WhyNoSchema(string name);

    /// <summary>Why a data source cannot be the database of an outbox, as far as its text says; null where it can.</summary>
    internal virtual string? WhyNoSource(DbDataSource source) => null;

    /// <summary>What a feature has for this dialect. Every feature answers for every dialect.</summary>
    internal abstract T Choose<T>(Func<T> postgreSql, Func<T> sqlite);

    /// <summary>Whether one transaction at a time may write, so that writers of this process queue up.</summary>
    internal abstract bool HasOneWriter { get; }

    /// <summary>The isolation level to begin a writing transaction with.</summary>
    internal abstract IsolationLevel Isolation(IsolationLevel asked);

    /// <summary>The full name of a table of this package.</summary>
    internal abstract string Table(string schema, string name);

    /// <summary>A time as the database stores it.</summary>
    internal abstract object Time(DateTimeOffset time);

    /// <summary>A list of texts as one parameter of a statement.</summary>
    internal abstract object Texts(IReadOnlyList<string> values);

    /// <summary>A list of numbers as one parameter of a statement.</summary>
    internal abstract object Numbers(IReadOnlyList<long> values);

    /// <summary>Gives a new connection the settings that the guarantees of this package need.</summary>
    internal abstract Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken);
}
