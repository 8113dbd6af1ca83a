using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using TechCorp.Outbox;

namespace TechCorp.Samples;

/// <summary>The service's own database: its business tables, and the tables of outbox, inbox and sagas.</summary>
public sealed class ServiceDatabase : IAsyncDisposable
{
    private readonly DbDataSource _dataSource;

    private ServiceDatabase(DbDataSource dataSource, OutboxDatabase tables, string? schema)
    {
        _dataSource = dataSource;
        Tables = tables;
        Schema = schema;
        Barrier = new SagaBarrier(tables);
    }

    /// <summary>The database with the tables of TechCorp.Outbox.</summary>
    public OutboxDatabase Tables { get; }

    /// <summary>Guards the actions and compensations of a saga participant.</summary>
    public SagaBarrier Barrier { get; }

    /// <summary>The schema of the business tables on PostgreSQL; null on SQLite.</summary>
    public string? Schema { get; }

    /// <summary>Opens the database of a service: its own schema on PostgreSQL, its own file on SQLite.</summary>
    /// <param name="settings">The service's settings.</param>
    /// <param name="name">The name of a second database; by default the name of the service.</param>
    public static ServiceDatabase Open(ServiceSettings settings, string? name = null)
    {
        name ??= settings.Name;
        if (settings.Postgres is { } postgres)
        {
            var schema = name.Replace('-', '_');
            var connection = new NpgsqlConnectionStringBuilder(postgres) { SearchPath = schema, ApplicationName = name, MaxPoolSize = 20 };
            var server = NpgsqlDataSource.Create(connection);
            return new ServiceDatabase(server, new OutboxDatabase(server, SqlDialect.PostgreSql, schema), schema);
        }

        Directory.CreateDirectory(settings.DataDirectory);
        var file = new SqliteConnectionStringBuilder { DataSource = Path.Combine(settings.DataDirectory, name + ".db"), DefaultTimeout = 30 };
        var sqlite = SqliteFactory.Instance.CreateDataSource(file.ConnectionString);
        return new ServiceDatabase(sqlite, new OutboxDatabase(sqlite, SqlDialect.Sqlite), null);
    }

    /// <summary>Opens a connection for reading.</summary>
    public Task<DbConnection> OpenAsync(CancellationToken cancellationToken = default) => Tables.OpenAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();
}
