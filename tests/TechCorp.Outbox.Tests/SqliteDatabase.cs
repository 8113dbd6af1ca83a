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

    public override DbDataSource OpenAnotherDataSource()
    {
        var source = SqliteFactory.Instance.CreateDataSource($"Data Source={_file}");
        _sources.Add(source);
        return source;
    }

    protected override ValueTask<OutboxDatabase> CreateAsync() => new(new OutboxDatabase(OpenAnotherDataSource(), SqlDialect.Sqlite, "shop"));

    protected override Task AgeRowsAsync(TimeSpan by) => Task.CompletedTask;

    public override ValueTask DisposeAsync()
    {
        _sources.ForEach(source => source.Dispose());
        using (var connection = new SqliteConnection($"Data Source={_file}"))
        {
            SqliteConnection.ClearPool(connection);
        }

        foreach (var file in new[] { _file, _file + "-wal", _file + "-shm" })
        {
            File.Delete(file);
        }

        return default;
    }
}
