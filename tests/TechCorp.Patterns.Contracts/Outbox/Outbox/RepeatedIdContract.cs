using System.Diagnostics;
using System.Text;
using TechCorp.Messaging;
using TechCorp.Outbox;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Patterns.Contracts;

/// <summary>What happens when an id comes a second time: the same event is written once, another one is refused, and none is lost.</summary>
public abstract class RepeatedIdContract<TDatabase> : RelaySuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly Guid Id = Guid.CreateVersion7();

    private static OutboxMessage First { get; } = Change("none");

    [Safeguard("An id that is written again stands for the same event", SwitchedOff = "`StoredEvent.FindDifference` compares only the payload")]
    [Theory, Trait("Spec", "FO5")]
    [InlineData("payload", true)]
    [InlineData("destination", true)]
    [InlineData("destination", false)]
    [InlineData("type", true)]
    [InlineData("key", false)]
    [InlineData("header", true)]
    [InlineData("header", false)]
    public async Task Another_event_with_the_same_id_is_refused_and_the_error_says_what_differs(string difference, bool together)
    {
        if (!together)
        {
            await AppendAsync(First);
        }

        var again = () => AppendAsync(together ? [First, Change(difference)] : [Change(difference)]);

        (await again.Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain($"{Id}").And.Contain($"another {difference}.");
        (await PendingAsync()).Should().Be(together ? 0 : 1);
    }

    [Safeguard("The trace is no part of an event", SwitchedOff = "`StoredEvent.Parse` keeps the headers of the trace")]
    [Fact, Trait("Spec", "FO5")]
    public async Task The_same_event_again_is_written_once_also_when_another_attempt_has_another_trace()
    {
        using (new Activity("one").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            await AppendAsync(First);
        }

        using (new Activity("two").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            await AppendAsync(First, Event());
        }

        (await PendingAsync()).Should().Be(2);
    }

    [Safeguard("An id is looked for among the parked events too", SwitchedOff = "`OutboxSql.InsertAsync` looks at no parked ones")]
    [Fact, Trait("Spec", "FO21")]
    public async Task While_an_event_is_parked_another_with_its_id_is_refused_and_the_same_one_is_known()
    {
        await ParkAsync();

        await AppendAsync(First);
        var again = () => AppendAsync(Change("payload"), Event("b", "b"));

        (await again.Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain($"{Id}").And.Contain("parked");
        (await PendingAsync()).Should().Be(0);
        (await new ParkedEvents(Outbox).RedriveAsync(Id, Cancel)).Should().Be(1);
        await SweepAsync();
        Broker.Bodies.Should().Equal("first");
    }

    [Safeguard("A redrive deletes only what is in the outbox again", SwitchedOff = "`Redrive` deletes the parked event whatever its insert did")]
    [Fact, Trait("Spec", "FO21")]
    public async Task A_redrive_leaves_an_event_parked_whose_id_has_come_back_meanwhile()
    {
        await ParkAsync();
        await SetParkedIdAsync(Guid.CreateVersion7());
        await AppendAsync(Change("payload"));
        await SetParkedIdAsync(Id);

        (await new ParkedEvents(Outbox).RedriveAsync(Id, Cancel)).Should().Be(0);
        (await ParkedAsync()).Should().Be(1);
        await SweepAsync();
        await SweepAsync();
        (await new ParkedEvents(Outbox).RedriveAsync(Id, Cancel)).Should().Be(1);
        await SweepAsync();

        Broker.Bodies.Should().BeEquivalentTo("other", "first");
    }

    [Fact, Trait("Spec", "FO21")]
    public async Task An_id_that_was_published_and_comes_again_is_an_event_of_its_own()
    {
        await AppendAsync(First);
        await RunAsync();

        await AppendAsync(Change("payload"));
        await RunAsync();

        Broker.Bodies.Should().Equal("first", "other");
    }

    [Safeguard("A parked key comes back whole", SwitchedOff = "`Redrive` takes no more of a key than the limit lets it")]
    [Fact, Trait("Spec", "FO21"), Trait("Spec", "RL11")]
    public async Task A_key_whose_parked_events_do_not_fit_into_the_limit_of_a_redrive_comes_back_whole()
    {
        await AppendAsync(Of("a", 1, 1));
        await AppendAsync(Of("a", 2, 1));
        await AppendAsync(Of("a", 3, 1));
        await Db.ExecuteAsync($"insert into {{outbox_parked}} ({OutboxSql.Columns}, attempts, created_at, reason, parked_at) "
            + $"select {OutboxSql.Columns}, attempts, created_at, 'Refused', created_at from {{outbox}} where id < (select max(id) from {{outbox}})");
        await Db.ExecuteAsync("delete from {outbox} where id < (select max(id) from {outbox})");
        await Db.ExecuteAsync("insert into {outbox_parked_key} (part, key, since) select part, key, min(parked_at) from {outbox_parked} group by part, key");
        var parked = new ParkedEvents(Outbox);

        (await parked.RedriveAllAsync(ParkReason.Refused, limit: 1, Cancel)).Should().Be(2);
        await SweepAsync();
        await SweepAsync();

        Broker.Bodies.Should().Equal("1", "2", "3");
    }

    private Task<int> SetParkedIdAsync(Guid id)
        => Db.ExecuteAsync("update {outbox_parked} set message_id = @id", new { id = Db.HasConcurrentWriters ? id : (object)$"{id}" });

    private async Task ParkAsync()
    {
        Broker.MaxBodyBytes = 1;
        await AppendAsync(First);
        await RunAsync();
        Broker.MaxBodyBytes = 100;
        (await ParkedAsync()).Should().Be(1);
    }

    private static OutboxMessage Change(string what) => new(
        new Message
        {
            Body = Encoding.UTF8.GetBytes(what == "payload" ? "other" : "first"),
            Type = what == "type" ? "order.changed" : "order.created",
            Id = $"{Id}",
            Headers = new Dictionary<string, string> { ["tenant"] = what == "header" ? "two" : "one", ["a"] = "b" },
        },
        what == "destination" ? Destination.ToQueue("audit") : Orders)
    {
        Key = what == "key" ? "other" : "a",
    };
}
