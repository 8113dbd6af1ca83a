
namespace TechCorp.Outbox;

internal sealed class SqliteSchemaSql(string schema) : SchemaSql
{
    internal override string TableExists => "select count(*) from sqlite_master where type = 'table' and name = @name";

    internal override string Now => "cast(unixepoch('subsec') * 1000 as integer)";

    internal override string VersionTable => $"""
        create table if not exists {schema}_schema_version (
          version     integer primary key,
          name        text    not null,
          applied_at  integer not null
        ) strict;
        """;

    /// <summary>BEGIN IMMEDIATE holds the one write lock that there is.</summary>
    internal override Task LockAsync(WriteTransaction write, CancellationToken cancellationToken) => Task.CompletedTask;

    internal override Task CreateVersionTableAsync(WriteTransaction write, CancellationToken cancellationToken)
        => write.RunAsync(VersionTable, cancellationToken: cancellationToken);
}
