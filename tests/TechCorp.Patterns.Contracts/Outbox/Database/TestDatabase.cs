using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Time.Testing;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>The database of one test: an empty schema on a server, or a file. A backend derives from it and creates, drops and ages it.</summary>
public abstract class TestDatabase : IAsyncLifetime
{
    private OutboxDatabase? _database;

    /// <summary>The clock of the process, and on SQLite that of the rows.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero));

    /// <summary>What the code under test gets. Migrated before the test begins, unless the test is about that.</summary>
    public OutboxDatabase Database => _database ?? throw new InvalidOperationException("InitializeAsync has not run.");

    /// <summary>Whether several transactions may write at once.</summary>
    public abstract bool HasConcurrentWriters { get; }

    public async ValueTask InitializeAsync() => _database = await CreateAsync();

    public Task MigrateAsync() => new SchemaMigrator(Database, Time).MigrateAsync(TestContext.Current.CancellationToken);

    /// <summary>Runs one statement of the test's own; <c>{name}</c> stands for our table of that name.</summary>
    public async Task<int> ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenAsync();
        return await connection.ExecuteAsync(WithTables(sql), parameters);
    }

    /// <summary>Asks one question of the test's own; <c>{name}</c> stands for our table of that name.</summary>
    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenAsync();
        return (await connection.ExecuteScalarAsync<T>(WithTables(sql), parameters))!;
    }

    /// <summary>The rows of a question of the test's own.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenAsync();
        return (await connection.QueryAsync<T>(WithTables(sql), parameters)).AsList();
    }

    /// <summary>Lets time pass for the process and for the rows: the clock advances, or the times in all our tables move back.</summary>
    public async Task AgeAsync(TimeSpan by)
    {
        Time.Advance(by);
        await AgeRowsAsync(by);
    }

    /// <summary>SQL for the milliseconds from an earlier time of a row to a later one.</summary>
    public abstract string MillisecondsBetween(string earlier, string later);

    /// <summary>Another data source for the same database, as another process would have.</summary>
    public abstract DbDataSource OpenAnotherDataSource();

    /// <summary>A data source for the same database whose connection string is another.</summary>
    public abstract DbDataSource OpenDataSourceOfCaller();

    /// <summary>Another, empty database of the same kind, whose tables would have the same names.</summary>
    public abstract Task<DbDataSource> CreateAnotherDatabaseAsync();

    public abstract ValueTask DisposeAsync();

    protected abstract ValueTask<OutboxDatabase> CreateAsync();

    protected abstract Task AgeRowsAsync(TimeSpan by);

    private string WithTables(string sql)
    {
        foreach (var name in new[]
        {
            "outbox_parked_key",
            "outbox_parked",
            "outbox_lease",
            "outbox",
            "schema_version",
            "inbox",
            "idempotency",
            "saga_step",
            "saga_log",
            "saga_barrier",
            "saga",
        })
        {
            sql = sql.Replace($"{{{name}}}", Database.Table(name), StringComparison.Ordinal);
        }

        return sql;
    }
}
