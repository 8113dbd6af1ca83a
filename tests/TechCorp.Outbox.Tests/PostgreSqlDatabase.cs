using System.Data.Common;
using Dapper;
using Npgsql;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

/// <summary>Its own schema on the server that TECHCORP_POSTGRES names.</summary>
public sealed class PostgreSqlDatabase : TestDatabase
{
    private readonly string _schema = $"t_{Guid.CreateVersion7():N}";
    private readonly List<DbDataSource> _sources = [];
    private bool _hasAnother;

    public override bool HasConcurrentWriters => true;

    private static string ConnectionString => Environment.GetEnvironmentVariable("TECHCORP_POSTGRES") is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException("These tests need PostgreSQL and TECHCORP_POSTGRES is not set. Run them as: eng/services.sh run -- dotnet run "
        + "--project tests/TechCorp.Outbox.Tests");

    /// <summary>Where the server is, for a test that puts something in front of it.</summary>
    internal static NpgsqlConnectionStringBuilder Server => new(ConnectionString);

    public override string MillisecondsBetween(string earlier, string later) => $"(extract(epoch from {later} - {earlier}) * 1000)::bigint";

    public override DbDataSource OpenAnotherDataSource() => Open(_ => { });

    public override DbDataSource OpenDataSourceOfCaller() => Open(settings => settings.Timeout++);

    public override async Task<DbDataSource> CreateAnotherDatabaseAsync()
    {
        await ExecuteAsync($"create database {_schema}");
        _hasAnother = true;
        return Open(settings => settings.Database = _schema);
    }

    private NpgsqlDataSource Open(Action<NpgsqlConnectionStringBuilder> change)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString) { MaxPoolSize = 20, ApplicationName = _schema };
        change(settings);
        var source = NpgsqlDataSource.Create(settings);
        _sources.Add(source);
        return source;
    }

    protected override ValueTask<OutboxDatabase> CreateAsync() => new(new OutboxDatabase(OpenAnotherDataSource(), SqlDialect.PostgreSql, _schema));

    /// <summary>The server's clock cannot be moved, so all times in the schema move back.</summary>
    protected override async Task AgeRowsAsync(TimeSpan by)
    {
        var columns = await QueryAsync<(string Table, string Column)>(
            "select table_name, column_name from information_schema.columns where table_schema = @schema and data_type = 'timestamp with time zone'",
            new { schema = _schema });
        foreach (var table in columns.GroupBy(column => column.Table))
        {
            await ExecuteAsync($"update {_schema}.{table.Key} set {string.Join(", ", table.Select(column => $"{column.Column} = {column.Column} - @by"))}",
                new { by });
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString))
        {
            await connection.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where application_name = @schema and pid <> pg_backend_pid()",
                new { schema = _schema });
            await connection.ExecuteAsync($"drop schema if exists {_schema} cascade");
            if (_hasAnother)
            {
                await connection.ExecuteAsync($"drop database {_schema} with (force)");
            }
        }

        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }
    }
}
