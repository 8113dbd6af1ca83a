using System.Data;
using System.Data.Common;
using System.Text.Json;

namespace TechCorp.Outbox;

/// <summary>SQLite: name prefixes, one writer, the host's clock passed in.</summary>
internal sealed class SqliteDialect() : SqlDialect("SQLite")
{
    internal override bool HasOneWriter => true;

    internal override T Choose<T>(Func<T> postgreSql, Func<T> sqlite) => sqlite();

    // The drivers turn this into BEGIN IMMEDIATE: the write lock is taken at the start, where waiting for it cannot fail halfway.
    internal override IsolationLevel Isolation(IsolationLevel asked) => IsolationLevel.Serializable;

    internal override string Table(string schema, string name) => $"{schema}_{name}";

    internal override object Time(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    internal override object Texts(IReadOnlyList<string> values) => JsonSerializer.Serialize(values, ListJson.Default.IReadOnlyListString);

    internal override object Numbers(IReadOnlyList<long> values) => JsonSerializer.Serialize(values, ListJson.Default.IReadOnlyListInt64);

    internal override async Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "pragma busy_timeout = 30000; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;";
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
