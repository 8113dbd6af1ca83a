using Microsoft.Data.Sqlite;
using Npgsql;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

/// <summary>A relay that could publish and not mark does not start.</summary>
public sealed class WriteProbeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact, Trait("Spec", "FO2")]
    public async Task A_session_that_may_settle_rows_is_taken()
    {
        await using var postgres = new PostgreSqlDatabase();
        await using var sqlite = new SqliteDatabase();
        foreach (var database in new TestDatabase[] { postgres, sqlite })
        {
            await database.InitializeAsync();
            await database.MigrateAsync();
            await WriteProbe.CheckAsync(database.Database, Cancel);
        }
    }

    [Safeguard("A relay does not start where it cannot mark", SwitchedOff = "`WriteProbe` finds no obstacle")]
    [Fact, Trait("Spec", "FO2")]
    public async Task A_session_that_is_read_only_is_refused()
    {
        await using var database = new PostgreSqlDatabase();
        await database.InitializeAsync();
        await database.MigrateAsync();
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(PostgreSqlDatabase.Server.ConnectionString)
        {
            Options = "-c default_transaction_read_only=on",
        });

        var error = await RefusalAsync(new OutboxDatabase(source, SqlDialect.PostgreSql, database.Database.Schema));

        error.Should().Contain(database.Database.Schema).And.Contain("default_transaction_read_only");
    }

    [Safeguard("A relay does not start where it cannot mark")]
    [Fact, Trait("Spec", "FO2")]
    public async Task A_role_without_a_privilege_is_refused_and_the_error_names_both()
    {
        await using var database = new PostgreSqlDatabase();
        await database.InitializeAsync();
        await database.MigrateAsync();
        var schema = database.Database.Schema;
        var role = $"r_{schema}";
        await database.ExecuteAsync($"create role {role}; grant usage on schema {schema} to {role}; "
            + $"grant select, insert, update on all tables in schema {schema} to {role}; grant delete on {schema}.outbox_parked_key to {role}");
        try
        {
            await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(PostgreSqlDatabase.Server.ConnectionString)
            {
                Options = $"-c role={role}",
            });

            var error = await RefusalAsync(new OutboxDatabase(source, SqlDialect.PostgreSql, schema));

            error.Should().Contain(role).And.Contain($"lacks DELETE on {schema}.outbox.").And.NotContain("UPDATE");
        }
        finally
        {
            await database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }

    [Safeguard("A relay does not start where it cannot mark")]
    [Fact, Trait("Spec", "FO2")]
    public async Task A_file_that_is_opened_for_reading_only_is_refused()
    {
        await using var database = new SqliteDatabase();
        await database.InitializeAsync();
        await database.MigrateAsync();
        await using var connection = await database.Database.OpenAsync(Cancel);
        await using var source = SqliteFactory.Instance.CreateDataSource($"Data Source={connection.DataSource};Mode=ReadOnly");

        var error = await RefusalAsync(new OutboxDatabase(source, SqlDialect.Sqlite, database.Database.Schema));

        error.Should().Contain(database.Database.Schema).And.Contain("reading only");
    }

    private static async Task<string> RefusalAsync(OutboxDatabase database)
        => (await FluentActions.Awaiting(() => WriteProbe.CheckAsync(database, Cancel)).Should().ThrowAsync<InvalidOperationException>()).Which.Message;
}
