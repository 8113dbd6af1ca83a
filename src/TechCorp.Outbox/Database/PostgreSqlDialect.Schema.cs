using Dapper;

namespace TechCorp.Outbox;

/// <content>What the migrator says.</content>
internal sealed partial class PostgreSqlDialect
{
    // Not to_regclass: its answer comes from the session's cache, which may be older than the lock.
    internal override string TableExists => "select count(*) from pg_tables where schemaname || '.' || tablename = @name";

    internal override string Now => "clock_timestamp()";

    internal override object Time(DateTimeOffset time) => time.ToUniversalTime();

    internal override string VersionTable(string schema) => $"""
        create schema if not exists {schema};

        {VersionTableOnly(schema)}
        """;

    internal override Task LockSchemaAsync(WriteTransaction write, string schema, CancellationToken cancellationToken)
        => write.Connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(@lockClass, 0)", new { lockClass = LockClass(schema, "schema") }, write.Transaction, commandTimeout: 300, cancellationToken: cancellationToken));

    internal override async Task CreateVersionTableAsync(WriteTransaction write, string schema, CancellationToken cancellationToken)
    {
        // "create schema if not exists" asks for the right to create one even where it exists.
        var there = await write.Connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from pg_namespace where nspname = @schema", new { schema }, write.Transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
        var text = there > 0 ? VersionTableOnly(schema) : VersionTable(schema);
        await write.Connection.ExecuteAsync(new CommandDefinition(text, transaction: write.Transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Advisory locks are one space in a database: the first half of the name says whose they are and what for.</summary>
    internal static int LockClass(string schema, string purpose) => StableHash.Of($"techcorp/{schema}/{purpose}");

    private static string VersionTableOnly(string schema) => $"""
        create table if not exists {schema}.schema_version (
          version     integer     primary key,
          name        text        not null,
          applied_at  timestamptz not null
        );
        """;
}
