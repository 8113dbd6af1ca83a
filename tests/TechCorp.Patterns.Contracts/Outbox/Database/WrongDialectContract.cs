using TechCorp.Messaging;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

/// <summary>A database of another kind than configured is refused by name, before a statement of the configured dialect is sent.</summary>
public abstract class WrongDialectContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private readonly List<string> _statements = [];

    public override ValueTask InitializeAsync() => Db.InitializeAsync();

    private SqlDialect Actual => Db.Database.Dialect;

    private SqlDialect Configured => Actual == SqlDialect.Sqlite ? SqlDialect.PostgreSql : SqlDialect.Sqlite;

    private string Refusal => $"*this is a {Actual} database; UseDatabase says {Configured}*";

    private OutboxDatabase Wrong
        => new(new WatchedDataSource(Db.OpenAnotherDataSource()) { BeforeStatement = _statements.Add }, Configured, Db.Database.Schema);

    [Fact, Trait("Spec", "FH4")]
    public async Task Migrating_names_both_kinds()
    {
        await new SchemaMigrator(Wrong, Db.Time).Invoking(migrator => migrator.MigrateAsync(Cancel)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage(Refusal);

        _statements.Should().ContainSingle("no statement of the configured dialect reached the database");
    }

    [Fact, Trait("Spec", "FH4")]
    public async Task Checking_names_both_kinds()
    {
        await new SchemaMigrator(Wrong, Db.Time).Invoking(migrator => migrator.CheckAsync(Cancel)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage(Refusal);

        _statements.Should().ContainSingle("no statement of the configured dialect reached the database");
    }

    [Fact, Trait("Spec", "FH4")]
    public async Task Beginning_a_unit_of_work_names_both_kinds()
    {
        await using var outbox = TransactionalOutbox.Create(Wrong, new MessageCatalog(), timeProvider: Db.Time);

        await outbox.Invoking(o => o.BeginAsync(cancellationToken: Cancel)).Should().ThrowAsync<InvalidOperationException>().WithMessage(Refusal);
    }

    [Fact, Trait("Spec", "FH4")]
    public async Task Joining_a_transaction_of_the_caller_names_both_kinds_and_leaves_the_transaction_usable()
    {
        var wrong = new OutboxDatabase(Db.OpenAnotherDataSource(), Configured, Db.Database.Schema);
        await using var outbox = TransactionalOutbox.Create(wrong, new MessageCatalog(), timeProvider: Db.Time);
        await using var connection = await Db.Database.OpenAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        var request = new IdempotencyClaimRequest(new IdempotencyKey("scope", "key"), Fingerprint.Of("request"), Guid.CreateVersion7(),
            TimeSpan.FromSeconds(30), TimeSpan.FromHours(1));

        await outbox.Invoking(o => o.PublishAsync(transaction, [Events.Event()], Cancel)).Should().ThrowAsync<InvalidOperationException>().WithMessage(Refusal);
        await new SagaBarrier(wrong, Db.Time).Invoking(b => b.EnterActionAsync(transaction, "key", Cancel)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage(Refusal);
        var claim = async () => await new SqlIdempotencyStore(wrong, Db.Time).TryBeginAsync(transaction, request, Cancel);
        await claim.Should().ThrowAsync<InvalidOperationException>().WithMessage(Refusal);

        await transaction.Invoking(t => t.CommitAsync(Cancel)).Should().NotThrowAsync();
    }

    [Fact, Trait("Spec", "FH4")]
    public async Task The_configured_kind_is_looked_at_once()
    {
        var database = new OutboxDatabase(new WatchedDataSource(Db.OpenAnotherDataSource()) { BeforeStatement = _statements.Add }, Actual, Db.Database.Schema);

        await (await database.OpenAsync(Cancel)).DisposeAsync();
        var first = _statements.Count;
        await (await database.OpenAsync(Cancel)).DisposeAsync();

        _statements.Count(text => text == _statements[0]).Should().Be(1);
        (_statements.Count - first).Should().BeLessThan(first);
    }
}
