using System.Transactions;
using Dapper;
using TechCorp.Patterns.Contracts;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Outbox.Tests;

/// <summary>What is special about a database with one writer.</summary>
public sealed class SqliteOutbox : OutboxSuite<SqliteDatabase>
{
    [Fact, Trait("Spec", "OW13")]
    public async Task An_ambient_transaction_is_refused_because_the_driver_would_commit_at_once()
    {
        await using var transaction = await BeginAsync();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await Outbox.Invoking(o => o.PublishAsync(transaction, [Event("a")], Cancel)).Should().ThrowAsync<InvalidOperationException>()
                .WithMessage("*TransactionScope*");
            await Outbox.Invoking(o => o.PublishAsync(transaction.Connection!, [Event("a")], Cancel)).Should().ThrowAsync<InvalidOperationException>()
                .WithMessage("*TransactionScope*");
        }

        (await Db.ScalarAsync<long>("select count(*) from {outbox}")).Should().Be(0);
    }

    [Fact, Trait("Spec", "OW15")]
    public async Task Many_writers_queue_up_and_none_fails_because_the_database_is_locked()
    {
        await Task.WhenAll(Enumerable.Range(0, 32).Select(writer => Task.Run(
            async () =>
            {
                for (var i = 0; i < 5; i++)
                {
                    await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
                    await work.Connection.ExecuteAsync($"insert into {Business} values (1)", transaction: work.Transaction);
                    work.Publish(Event($"w{writer}", $"{i}"));
                    await work.CommitAsync(Cancel);
                }
            },
            Cancel)));

        (await PendingAsync()).Should().Be(160);
    }

    [Fact, Trait("Spec", "OW15")]
    public async Task A_writer_of_another_process_is_waited_for()
    {
        // Begun without the writer queue, as another process would.
        var foreign = await BeginAsync();
        await Outbox.PublishAsync(foreign, [Event("a", "1")], Cancel);
        var waiting = Task.Run(
            async () =>
            {
                await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
                work.Publish(Event("a", "2"));
                await work.CommitAsync(Cancel);
            },
            Cancel);

        var connection = foreign.Connection!;
        await foreign.CommitAsync(Cancel);
        await foreign.DisposeAsync();
        await connection.DisposeAsync();
        await Eventually.Ends(waiting, "the writer has the slot");

        (await PendingAsync()).Should().Be(2);
    }

    [Fact]
    public async Task The_writer_slot_is_released_however_the_unit_of_work_ends()
    {
        await using (await Outbox.BeginAsync(cancellationToken: Cancel))
        {
        }

        await using (var work = await Outbox.BeginAsync(cancellationToken: Cancel))
        {
            await work.Connection.Invoking(c => c.ExecuteAsync("this is no sql", transaction: work.Transaction)).Should().ThrowAsync<Exception>();
        }

        await using var last = await Outbox.BeginAsync(cancellationToken: Cancel);
        await last.CommitAsync(Cancel);
    }
}
