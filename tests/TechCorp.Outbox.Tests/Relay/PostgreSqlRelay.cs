using Dapper;
using TechCorp.Patterns.Contracts;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Outbox.Tests;

/// <summary>What only a server with concurrent writers can do to the relay.</summary>
public sealed class PostgreSqlRelay : RelaySuite<PostgreSqlDatabase>
{
    // Two keys of one partition.
    private static readonly string Other = Enumerable.Range(0, 1000).Select(i => $"k{i}").First(key => OutboxRow.PartOf(key) == OutboxRow.PartOf("a"));

    [Safeguard("What was read counts as done only when the transactions of that time have ended",
        SwitchedOff = "`Partition.Advance` goes on from the highest id read")]
    [Fact, Trait("Spec", "RL15")]
    public async Task An_event_that_was_committed_late_is_not_overtaken_by_the_next_of_its_key()
    {
        await using var late = await Outbox.BeginAsync(cancellationToken: Cancel);
        await Outbox.PublishAsync(late.Transaction, [Event("a", "1")], Cancel);
        await AppendAsync(Event(Other, "10"));
        await RunAsync();
        await AppendAsync(Event(Other, "11"));
        await RunAsync();
        await late.CommitAsync(Cancel);
        await AppendAsync(Event("a", "2"));

        await RunAsync();

        Broker.Bodies.Should().Equal("10", "11", "1", "2");
    }

    [Fact, Trait("Spec", "RL15")]
    public async Task A_transaction_that_began_after_the_one_that_was_read_counts_as_running_too()
    {
        await using var earlier = await Outbox.BeginAsync(cancellationToken: Cancel);
        await earlier.Connection.ExecuteAsync("select txid_current()", transaction: earlier.Transaction);
        await using var late = await Outbox.BeginAsync(cancellationToken: Cancel);
        await Outbox.PublishAsync(late.Transaction, [Event("a", "1")], Cancel);
        await Outbox.PublishAsync(earlier.Transaction, [Event(Other, "10")], Cancel);
        await earlier.CommitAsync(Cancel);
        await RunAsync();
        await late.CommitAsync(Cancel);
        await AppendAsync(Event("a", "2"));

        await RunAsync();

        Broker.Bodies.Should().Equal("10", "1", "2");
    }

    [Fact]
    public async Task What_was_read_is_not_read_again_once_the_transactions_of_that_time_have_ended()
    {
        await AppendAsync(Event(Other, "10"));
        await RunAsync();
        await AppendAsync(Event(Other, "11"));
        await RunAsync();

        await Eventually.Holds(
            async () =>
            {
                await AppendAsync(Event(Other, "12"));
                await RunAsync();
                return Pass.Ownership.Owned[OutboxRow.PartOf(Other)].Low > 0;
            },
            "transactions elsewhere in the server end");
    }

    [Fact]
    public async Task A_relay_that_ends_leaves_neither_locks_nor_settings_in_the_pool()
    {
        var source = Db.OpenAnotherDataSource();
        var pass = NewPass(new OutboxDatabase(source, SqlDialect.PostgreSql, Db.Database.Schema));
        await pass.RunAsync(Cancel);

        await pass.DisposeAsync();

        (await Pass.RunAsync(Cancel)).Owned.Should().Be(32);
    }
}
