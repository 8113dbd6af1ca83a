namespace TechCorp.Outbox;

/// <content>What the migrator says.</content>
public abstract partial class SqlDialect
{
    /// <summary>Counts the tables called <c>@name</c>.</summary>
    internal abstract string TableExists { get; }

    /// <summary>The current time as an expression of the database: for text that a person runs, and on PostgreSQL for everything.</summary>
    internal abstract string Now { get; }

    /// <summary>A time as the database stores it.</summary>
    internal abstract object Time(DateTimeOffset time);

    /// <summary>The schema, where there is such a thing, and the table of applied versions.</summary>
    internal abstract string VersionTable(string schema);

    internal abstract Task LockSchemaAsync(WriteTransaction write, string schema, CancellationToken cancellationToken);

    internal abstract Task CreateVersionTableAsync(WriteTransaction write, string schema, CancellationToken cancellationToken);
}
