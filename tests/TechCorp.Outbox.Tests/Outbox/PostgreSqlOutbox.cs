using System.Transactions;
using Dapper;
using Npgsql;
using TechCorp.Patterns.Contracts;
using static TechCorp.Patterns.Contracts.Events;
using IsolationLevel = System.Data.IsolationLevel;

namespace TechCorp.Outbox.Tests;

/// <summary>What only a server with concurrent writers can do to the outbox.</summary>
public sealed class PostgreSqlOutbox : OutboxSuite<PostgreSqlDatabase>
{
    [Fact, Trait("Spec", "OW6")]
    public async Task A_failed_transaction_is_refused()
    {
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        await work.Connection.Invoking(c => c.ExecuteAsync("select 1 / 0", transaction: work.Transaction)).Should().ThrowAsync<PostgresException>();

        await Outbox.Invoking(o => o.PublishAsync(work.Transaction, [Event("a")], Cancel)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*rolled back*");
    }

    [Safeguard("A failed transaction without events is not committed silently",
        SwitchedOff = "`OutboxWriter.CommitTokenAsync`: asking nothing before the commit")]
    [Fact]
    public async Task A_unit_of_work_without_events_does_not_hide_that_its_transaction_has_failed()
    {
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        await work.Connection.ExecuteAsync($"insert into {Business} values (1)", transaction: work.Transaction);
        await work.Connection.Invoking(c => c.ExecuteAsync("select 1 / 0", transaction: work.Transaction)).Should().ThrowAsync<PostgresException>();

        await work.Invoking(w => w.CommitAsync(Cancel)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*rolled back*");
    }

    [Fact, Trait("Spec", "OW9")]
    public async Task A_unit_of_work_that_is_run_again_after_a_serialization_failure_leaves_one_event()
    {
        await Db.ExecuteAsync($"insert into {Business} values (1)");
        var attempts = 0;
        async Task RunAsync()
        {
            await using var work = await Outbox.BeginAsync(IsolationLevel.Serializable, Cancel);
            var value = await work.Connection.ExecuteScalarAsync<int>($"select id from {Business}", transaction: work.Transaction);
            if (attempts++ == 0)
            {
                await Db.ExecuteAsync($"update {Business} set id = 2");
            }

            await work.Connection.ExecuteAsync($"update {Business} set id = @id", new { id = value + 10 }, work.Transaction);
            work.Publish(Event("a"));
            await work.CommitAsync(Cancel);
        }

        (await FluentActions.Awaiting(RunAsync).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("40001");
        await RunAsync();

        (await PendingAsync()).Should().Be(1);
        (await Db.ScalarAsync<int>($"select id from {Business}")).Should().Be(12);
    }

    [Fact, Trait("Spec", "OW9")]
    public async Task A_commit_that_the_server_refuses_is_not_unknown()
    {
        await Db.ExecuteAsync($"alter table {Business} add constraint once unique (id) deferrable initially deferred");
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        await work.Connection.ExecuteAsync($"insert into {Business} values (1), (1)", transaction: work.Transaction);
        work.Publish(Event("a"));

        (await work.Invoking(w => w.CommitAsync(Cancel)).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("23505");
        (await PendingAsync()).Should().Be(0);
    }

    [Safeguard("The lock of the key is taken before the identity", SwitchedOff = "`PostgreSqlOutboxSql.Insert`: dropping the join on `n`")]
    [Safeguard("Writers of one key queue up at all", SwitchedOff = "`OutboxRow.KeyLock`: no lock")]
    [Fact, Trait("Spec", "OW10")]
    public async Task Writers_of_one_key_queue_up_before_they_are_numbered()
    {
        await using var first = await Outbox.BeginAsync(cancellationToken: Cancel);
        await Outbox.PublishAsync(first.Transaction, [Event("a", "1")], Cancel);
        await using var second = await Outbox.BeginAsync(cancellationToken: Cancel);
        var appending = Outbox.PublishAsync(second.Transaction, [Event("a", "2")], Cancel);
        await Eventually.Holds(
            async () => await Db.ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted and pid in (select pid from "
                + "pg_stat_activity where application_name = @schema)", new { schema = Db.Database.Schema }) == 1,
            "the second writer waits for the first");
        appending.IsCompleted.Should().BeFalse();
        // Had the second been numbered before it waited, this number would be above its own.
        await Outbox.PublishAsync(first.Transaction, [Event("a", "1b")], Cancel);

        await first.CommitAsync(Cancel);
        await appending;
        await second.CommitAsync(Cancel);

        (await Db.QueryAsync<string>("select convert_from(payload, 'utf8') from {outbox} order by id")).Should().Equal("1", "1b", "2");
    }

    [Fact, Trait("Spec", "OW10")]
    public async Task Writers_of_different_keys_and_of_none_do_not_wait()
    {
        await using var first = await Outbox.BeginAsync(cancellationToken: Cancel);
        await Outbox.PublishAsync(first.Transaction, [Event("a", "1"), Event(null, "2")], Cancel);
        await using var second = await Outbox.BeginAsync(cancellationToken: Cancel);
        second.Publish(Event("b", "3"));
        second.Publish(Event(null, "4"));

        await Eventually.Ends(second.CommitAsync(Cancel), "the second does not wait");
    }

    [Fact, Trait("Spec", "OW13")]
    public async Task A_read_only_transaction_is_refused()
    {
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        await work.Connection.ExecuteAsync("set transaction read only", transaction: work.Transaction);

        await Outbox.Invoking(o => o.PublishAsync(work.Transaction, [Event("a")], Cancel)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*read-only*");
    }

    [Theory, Trait("Spec", "OW13")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_ambient_transaction_is_joined_and_wakes_the_relay_when_it_commits(bool openedBefore)
    {
        await using var early = await Db.Database.OpenAsync(Cancel);
        foreach (var complete in new[] { false, true })
        {
            using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await using var late = openedBefore ? null : await Db.Database.OpenAsync(Cancel);
                await Outbox.PublishAsync(late ?? early, [Event("a")], Cancel);
                if (complete)
                {
                    scope.Complete();
                }
            }

            (await PendingAsync()).Should().Be(complete ? 1 : 0);
            (await WokenAsync()).Should().Be(complete);
        }
    }

    [Fact, Trait("Spec", "OW13")]
    public async Task Without_an_ambient_transaction_a_connection_is_not_enough()
    {
        await using var connection = await Db.Database.OpenAsync(Cancel);

        await Outbox.Invoking(o => o.PublishAsync(connection, [Event("a")], Cancel)).Should().ThrowAsync<InvalidOperationException>();
    }
}
