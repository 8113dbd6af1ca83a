
namespace TechCorp.Outbox;

internal sealed class PostgreSqlSchemaSql(string schema) : SchemaSql
{
    // Not to_regclass: its answer comes from the session's cache, which may be older than the lock.
    internal override string TableExists => "select count(*) from pg_tables where schemaname || '.' || tablename = @name";

    internal override string Now => "clock_timestamp()";

    internal override string VersionTable => $"""
        create schema if not exists {schema};
        {VersionTableOnly}
        """;

    private string VersionTableOnly => $"""
        create table if not exists {schema}.schema_version (
          version     integer     primary key,
          name        text        not null,
          applied_at  timestamptz not null
        );
        """;

    internal override Task LockAsync(WriteTransaction write, CancellationToken cancellationToken)
        => write.RunAsync("select pg_advisory_xact_lock(@lockClass, 0)", new { lockClass = PostgreSqlDialect.LockClass(schema, "schema") }, commandTimeout: 300,
            cancellationToken: cancellationToken);

    internal override async Task CreateVersionTableAsync(WriteTransaction write, CancellationToken cancellationToken)
    {
        // "create schema if not exists" asks for the right to create one even where it exists.
        var schemas = await write.ScalarAsync<long>("select count(*) from pg_namespace where nspname = @schema", new { schema },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.RunAsync(schemas > 0 ? VersionTableOnly : VersionTable, cancellationToken: cancellationToken).ConfigureAwait(false);
    }
}
