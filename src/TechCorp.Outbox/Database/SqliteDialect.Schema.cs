using Dapper;

namespace TechCorp.Outbox;

/// <content>What the migrator says.</content>
internal sealed partial class SqliteDialect
{
    internal override string TableExists => "select count(*) from sqlite_master where type = 'table' and name = @name";

    internal override string Now => "cast(unixepoch('subsec') * 1000 as integer)";

    internal override object Time(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    internal override string VersionTable(string schema) => $"""
        create table if not exists {schema}_schema_version (
          version     integer primary key,
          name        text    not null,
          applied_at  integer not null
        ) strict;
        """;

    /// <summary>BEGIN IMMEDIATE holds the one write lock that there is.</summary>
    internal override Task LockSchemaAsync(WriteTransaction write, string schema, CancellationToken cancellationToken) => Task.CompletedTask;

    internal override Task CreateVersionTableAsync(WriteTransaction write, string schema, CancellationToken cancellationToken)
        => write.Connection.ExecuteAsync(new CommandDefinition(VersionTable(schema), transaction: write.Transaction, cancellationToken: cancellationToken));
}
