using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace TechCorp.Outbox.Tests;

/// <summary>What cannot work is refused where the database is named.</summary>
public sealed class OutboxDatabaseTests
{
    private static readonly SqliteFactory Sqlite = SqliteFactory.Instance;

    [Safeguard("A word that the server reserves is no schema", SwitchedOff = "`PostgreSqlDialect.WhyNoSchema` knows no words")]
    [Fact, Trait("Spec", "FO14")]
    public async Task Each_word_that_this_server_reserves_is_refused_and_each_that_it_takes_is_taken()
    {
        await using var source = NpgsqlDataSource.Create(PostgreSqlDatabase.Server);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var words = (await connection.QueryAsync<(string Word, bool IsReserved)>("select word, catcode in ('R', 'T') from pg_get_keywords()")).AsList();
        words.Count(word => word.IsReserved).Should().BeGreaterThan(90);
        foreach (var (word, isReserved) in words.Where(word => word.Word.All(char.IsAsciiLetterLower)))
        {
            var naming = () => new OutboxDatabase(source, SqlDialect.PostgreSql, word);
            if (isReserved)
            {
                naming.Should().Throw<ArgumentException>().WithMessage($"'{word}' cannot be the schema: it is a reserved word*");
                continue;
            }

            // A word that a newer server reserves is refused with every server, so that a schema survives an upgrade.
            if (naming.Should().NotThrow(because: $"{word} is taken") is not null)
            {
                await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
                await connection.ExecuteAsync($"create schema if not exists {word}; create table {word}.outbox (id int); select * from {word}.outbox",
                    transaction: transaction);
            }
        }
    }

    [Theory, Trait("Spec", "FO14")]
    [InlineData("pg_orders")]
    [InlineData("information_schema")]
    [InlineData("system_user")]
    public void A_schema_that_PostgreSQL_keeps_for_itself_is_refused(string schema)
        => FluentActions.Invoking(() => new OutboxDatabase(NpgsqlDataSource.Create("Host=localhost"), SqlDialect.PostgreSql, schema)).Should()
            .Throw<ArgumentException>().WithMessage($"'{schema}' cannot be the schema*");

    [Theory, Trait("Spec", "FO14")]
    [InlineData("sqlite")]
    [InlineData("sqlite_orders")]
    public void A_prefix_that_SQLite_keeps_for_itself_is_refused(string prefix)
        => FluentActions.Invoking(() => new OutboxDatabase(Sqlite.CreateDataSource("Data Source=a.db"), SqlDialect.Sqlite, prefix)).Should()
            .Throw<ArgumentException>().WithMessage($"'{prefix}' cannot be the schema*");

    [Safeguard("A database in the memory of one connection is refused", SwitchedOff = "`SqliteDialect.WhyNoSource` finds no reason")]
    [Theory, Trait("Spec", "FO14")]
    [InlineData("Data Source=:memory:", false)]
    [InlineData("DataSource=:memory:", false)]
    [InlineData("Filename=:memory:", false)]
    [InlineData("Data Source=orders;Mode=Memory", false)]
    [InlineData("Data Source=orders;Mode=memory;Cache=Private", false)]
    [InlineData("Data Source=orders;Mode=Memory;Cache=Shared", true)]
    [InlineData("Data Source=orders.db", true)]
    [InlineData("Data Source=memory", true)]
    public void A_database_in_the_memory_of_one_connection_is_refused(string connectionString, bool taken)
    {
        var naming = () => new OutboxDatabase(Sqlite.CreateDataSource(connectionString), SqlDialect.Sqlite);

        if (taken)
        {
            naming.Should().NotThrow();
        }
        else
        {
            naming.Should().Throw<ArgumentException>().WithMessage("*in memory*name a file*");
        }
    }
}
