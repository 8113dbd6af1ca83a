using System.Data;
using System.Data.Common;
using System.Text.Json;

namespace TechCorp.Outbox;

/// <summary>SQLite: name prefixes, one writer, the host's clock passed in.</summary>
internal sealed class SqliteDialect() : SqlDialect("SQLite")
{
    private static readonly string[] Names = ["Data Source", "DataSource", "Filename"];

    internal override bool HasOneWriter => true;

    internal override string Identify => "select file, file from pragma_database_list where name = 'main'";

    internal override string? WhyNoSchema(string name)
        => name == "sqlite" || name.StartsWith("sqlite_", StringComparison.Ordinal) ? "SQLite keeps names that begin with sqlite_ for itself" : null;

    internal override string? WhyNoSource(DbDataSource source)
    {
        var text = new DbConnectionStringBuilder { ConnectionString = source.ConnectionString };
        var file = Names.Select(name => text.TryGetValue(name, out var value) ? value as string : null).FirstOrDefault(static value => value is not null);
        var isMemory = file == ":memory:" || (file is not null && Is("Mode", "Memory"));
        return isMemory && !Is("Cache", "Shared")
            ? "each connection to a database in memory has one to itself; name a file or a shared one: Data Source=orders;Mode=Memory;Cache=Shared"
            : null;

        bool Is(string key, string value)
            => text.TryGetValue(key, out var found) && string.Equals(found as string, value, StringComparison.OrdinalIgnoreCase);
    }

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
