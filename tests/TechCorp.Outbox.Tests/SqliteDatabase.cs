using System.Data.Common;
using Microsoft.Data.Sqlite;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

/// <summary>A temporary file. Its clock is the host's, that is the fake one.</summary>
public sealed class SqliteDatabase : TestDatabase
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"techcorp-{Guid.CreateVersion7():N}.db");
    private readonly List<DbDataSource> _sources = [];

    public override bool HasConcurrentWriters => false;

    public override string MillisecondsBetween(string earlier, string later) => $"{later} - {earlier}";

    public override DbDataSource OpenAnotherDataSource() => Open($"Data Source={_file}");

    public override DbDataSource OpenDataSourceOfCaller() => Open($"Data Source={_file};Default Timeout=20");

    public override Task<DbDataSource> CreateAnotherDatabaseAsync() => Task.FromResult(Open($"Data Source={_file}-other"));

    private DbDataSource Open(string connectionString)
    {
        var source = SqliteFactory.Instance.CreateDataSource(connectionString);
        _sources.Add(source);
        return source;
    }

    protected override ValueTask<OutboxDatabase> CreateAsync() => new(new OutboxDatabase(OpenAnotherDataSource(), SqlDialect.Sqlite, "shop"));

    protected override Task AgeRowsAsync(TimeSpan by) => Task.CompletedTask;

    public override ValueTask DisposeAsync()
    {
        _sources.ForEach(source => source.Dispose());
        foreach (var source in _sources)
        {
            using var connection = new SqliteConnection(source.ConnectionString);
            SqliteConnection.ClearPool(connection);
        }

        foreach (var file in new[] { _file, _file + "-other" }.SelectMany(name => new[] { name, name + "-wal", name + "-shm" }))
        {
            File.Delete(file);
        }

        return default;
    }
}
