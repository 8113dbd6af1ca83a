using System.Data.Common;
using Dapper;
using TechCorp.Messaging;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

/// <summary>What is written in a transaction of another database is never read: it is refused, and the caller's transaction stays usable.</summary>
public abstract class ForeignDatabaseContract<TDatabase> : SagaContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private DbDataSource _elsewhere = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _elsewhere = await Db.CreateAnotherDatabaseAsync();
        await new SchemaMigrator(new OutboxDatabase(_elsewhere, Db.Database.Dialect, Db.Database.Schema), Db.Time).MigrateAsync(Cancel);
    }

    [Safeguard("A transaction of another database is refused", SwitchedOff = "`DatabaseIdentity.ConfirmAsync` confirms everything")]
    [Theory, Trait("Spec", "FO8")]
    [InlineData("outbox")]
    [InlineData("saga")]
    [InlineData("barrier")]
    [InlineData("idempotency")]
    public async Task A_transaction_of_another_database_is_refused_by_name_and_nothing_is_written(string feature)
    {
        await using var connection = await _elsewhere.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using var outbox = TransactionalOutbox.Create(Db.Database, new MessageCatalog(), timeProvider: Db.Time);
        var sagas = Process(() => new ProbeSaga(steps => steps.Step("a", (_, _) => Task.FromResult(StepOutcome.Success()))), SagaJson.Default.ProbeState);
        Func<Task> write = feature switch
        {
            "outbox" => () => outbox.PublishAsync(transaction, [Events.Event()], Cancel),
            "saga" => () => sagas.StartAsync(transaction, "key", new ProbeState(""), Cancel),
            "barrier" => () => new SagaBarrier(Db.Database, Db.Time).EnterActionAsync(transaction, "key", Cancel),
            _ => async () => await new SqlIdempotencyStore(Db.Database, Db.Time).TryBeginAsync(transaction,
                new IdempotencyClaimRequest(new IdempotencyKey("scope", "key"), Fingerprint.Of("request"), Guid.CreateVersion7(), TimeSpan.FromSeconds(30),
                    TimeSpan.FromHours(1)), Cancel),
        };

        (await write.Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain(NameOf(_elsewhere)).And.Contain(Db.Database.Schema);

        (await connection.ExecuteScalarAsync<long>(
            $"select (select count(*) from {Table("outbox")}) + (select count(*) from {Table("saga")}) + (select count(*) from {Table("saga_barrier")}) "
            + $"+ (select count(*) from {Table("idempotency")})", transaction: transaction)).Should().Be(0);
        await transaction.CommitAsync(Cancel);
    }

    [Fact, Trait("Spec", "FO8")]
    public async Task A_connection_that_the_caller_opened_to_this_database_is_taken_and_asked_about_once()
    {
        var statements = new List<int>();
        var watched = new WatchedDataSource(Db.OpenDataSourceOfCaller());
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await watched.OpenConnectionAsync(Cancel);
            await using var transaction = await connection.BeginTransactionAsync(Cancel);
            var before = watched.Statements;
            await new SagaBarrier(Db.Database, Db.Time).EnterActionAsync(transaction, $"key-{i}", Cancel);
            statements.Add(watched.Statements - before);
            await transaction.CommitAsync(Cancel);
        }

        statements.Should().Equal(2, 1, 1);
        (await Db.ScalarAsync<long>("select count(*) from {saga_barrier}")).Should().Be(3);
    }

    private string Table(string name) => Db.Database.Table(name);

    private static string NameOf(DbDataSource source)
    {
        using var connection = source.OpenConnection();
        return connection.Database is { Length: > 0 } and not "main" ? connection.Database : connection.DataSource;
    }
}
