using Dapper;
using TechCorp.Outbox;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Patterns.Contracts;

/// <summary>What a unit of work says when the connection is lost while it commits.</summary>
public abstract class CommitOutcomeContract<TDatabase> : OutboxSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private WatchedDataSource _source = null!;
    private TransactionalOutbox _outbox = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _source = new WatchedDataSource(Db.OpenAnotherDataSource());
        _outbox = TransactionalOutbox.Create(new OutboxDatabase(_source, Db.Database.Dialect, Db.Database.Schema), Catalog, timeProvider: Db.Time);
    }

    [Theory, Trait("Spec", "OW3")]
    [InlineData(true, true), InlineData(false, true), InlineData(true, false), InlineData(false, false)]
    public async Task A_commit_without_an_answer_is_unknown_until_the_database_is_asked(bool committed, bool withEvent)
    {
        await using var work = await _outbox.BeginAsync(cancellationToken: Cancel);
        await work.Connection.ExecuteAsync($"insert into {Business} values (1)", transaction: work.Transaction);
        if (withEvent)
        {
            work.Publish(Event("k"));
        }

        Action lost = () => throw new IOException("Connection reset by peer.");
        _source.BeforeCommit = committed ? () => { } : lost;
        _source.AfterCommit = committed ? lost : () => { };
        var unknown = (await work.Invoking(w => w.CommitAsync(Cancel)).Should().ThrowAsync<CommitOutcomeUnknownException>()).Which;
        (_source.BeforeCommit, _source.AfterCommit) = (() => { }, () => { });

        (await unknown.ResolveAsync(Cancel)).Should().Be(committed ? CommitOutcome.Committed : CommitOutcome.NotCommitted);
        (await Db.ScalarAsync<long>($"select count(*) from {Business}")).Should().Be(committed ? 1 : 0);
    }

    [Fact, Trait("Spec", "OW3")]
    public async Task The_answer_does_not_depend_on_the_events_being_there_still()
    {
        await using var work = await _outbox.BeginAsync(cancellationToken: Cancel);
        work.Publish(Event("k"));
        _source.AfterCommit = () => throw new IOException("Connection reset by peer.");
        var unknown = (await work.Invoking(w => w.CommitAsync(Cancel)).Should().ThrowAsync<CommitOutcomeUnknownException>()).Which;
        _source.AfterCommit = () => { };
        await Db.ExecuteAsync("delete from {outbox}");

        (await unknown.ResolveAsync(Cancel)).Should().Be(CommitOutcome.Committed);
    }

    [Fact]
    public async Task A_caller_that_cancels_before_the_commit_has_written_nothing()
    {
        await using var work = await _outbox.BeginAsync(cancellationToken: Cancel);
        work.Publish(Event("k"));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await work.Invoking(w => w.CommitAsync(cancelled.Token)).Should().ThrowAsync<OperationCanceledException>();
        await work.DisposeAsync();

        (await PendingAsync()).Should().Be(0);
    }

    [Fact]
    public async Task A_caller_that_cancels_during_the_commit_still_learns_its_outcome()
    {
        using var cancel = new CancellationTokenSource();
        await using var work = await _outbox.BeginAsync(cancellationToken: Cancel);
        work.Publish(Event("k"));
        _source.BeforeCommit = cancel.Cancel;

        await work.CommitAsync(cancel.Token);

        (await PendingAsync()).Should().Be(1);
    }
}
