using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>SQLite: name prefixes, one writer, the host's clock passed in.</summary>
internal sealed partial class SqliteDialect() : SqlDialect("SQLite")
{
    internal override string Table(string schema, string name) => $"{schema}_{name}";

    internal override async Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "pragma busy_timeout = 30000; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;";
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
