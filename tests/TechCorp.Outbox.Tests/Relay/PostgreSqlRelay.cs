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

    [Safeguard("A row that cannot be read is isolated from those that can", SwitchedOff = "`RelayStore.IsOfARow` is always false")]
    [Fact, Trait("Spec", "FO1")]
    public async Task A_row_whose_content_makes_the_read_fail_is_parked_and_the_others_are_published()
    {
        await AppendAsync([.. Of("a", 1, 2), .. Of("b", 3, 2), .. Of(null, 5, 2)]);
        var schema = Db.Database.Schema;
        var columns = await Db.QueryAsync<string>("select column_name from information_schema.columns where table_schema = @schema and table_name = 'outbox'",
            new { schema });
        // The payload of the first event fails where the relay reads it, and not where it is parked.
        var payload = "case when id = (select min(id) from {0}.stored) and current_query() like '%as OccurredAt%' then {0}.damaged() "
            + "else payload end as payload";
        payload = payload.Replace("{0}", schema, StringComparison.Ordinal);
        await Db.ExecuteAsync($"create function {schema}.damaged() returns bytea language plpgsql "
            + $"as $$ begin raise 'damaged' using errcode = '22P02'; end $$; alter table {schema}.outbox rename to stored; "
            + $"create view {schema}.outbox as select {string.Join(", ", columns.Select(name => name == "payload" ? payload : name))} from {schema}.stored");

        (await RunAsync()).Should().BeEquivalentTo(new { Confirmed = 4, Parked = 1, Error = (string?)null });

        Broker.Bodies.Should().BeEquivalentTo("3", "4", "5", "6");
        (await Db.QueryAsync<(string, string)>("select reason, last_error from {outbox_parked}")).Should().ContainSingle()
            .Which.Should().Match<(string Reason, string Error)>(row => row.Reason == nameof(ParkReason.Invalid) && row.Error.Contains("damaged"));
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
