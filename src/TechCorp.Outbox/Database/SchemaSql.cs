namespace TechCorp.Outbox;

/// <summary>How a dialect keeps the versions of the tables.</summary>
internal abstract class SchemaSql
{
    internal static SchemaSql For(OutboxDatabase database)
        => database.Dialect.Choose<SchemaSql>(() => new PostgreSqlSchemaSql(database.Schema), () => new SqliteSchemaSql(database.Schema));

    /// <summary>Counts the tables called <c>@name</c>.</summary>
    internal abstract string TableExists { get; }

    /// <summary>The current time as an expression of the database, for text that a person runs.</summary>
    internal abstract string Now { get; }

    /// <summary>The schema, where there is such a thing, and the table of applied versions.</summary>
    internal abstract string VersionTable { get; }

    /// <summary>Waits until no other migrator works on the schema; the transaction holds the lock.</summary>
    internal abstract Task LockAsync(WriteTransaction write, CancellationToken cancellationToken);

    /// <summary>Creates the table of applied versions where it is missing.</summary>
    internal abstract Task CreateVersionTableAsync(WriteTransaction write, CancellationToken cancellationToken);
}
