using TechCorp.Messaging;
using TechCorp.Outbox;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Patterns.Contracts;

/// <summary>Parked events come back to their old place.</summary>
public abstract class RedriveContract<TDatabase> : RelaySuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private ParkedEvents Parked => new(Outbox);

    private async Task<ParkedEvent> ParkAsync()
    {
        Broker.MaxBodyBytes = 4;
        await AppendAsync([.. Of("a", 1, 1), Event("a", "too large"), .. Of("a", 2, 2), .. Of("b", 10, 1)]);
        await RunAsync();
        await AppendAsync(Of("a", 4, 1));
        await RunAsync();
        Broker.Bodies.Should().BeEquivalentTo("1", "10");
        return (await Parked.ListAsync(cancellationToken: Cancel)).Single();
    }

    [Safeguard("A redriven key stays marked until its owner has begun again from the beginning",
        SwitchedOff = "`Redrive`, `LiftRedriven`: not marking it",
        Remark = "and 2 more tests of redriving")]
    [Fact, Trait("Spec", "RL11")]
    public async Task A_redriven_key_goes_on_in_order_before_newer_events()
    {
        var parked = await ParkAsync();
        parked.Should().BeEquivalentTo(new { Type = "order.created", Key = "a", Exchange = "orders", Reason = ParkReason.Invalid, Attempts = 1 });
        Broker.MaxBodyBytes = 100;

        (await Parked.RedriveAsync(parked.MessageId, Cancel)).Should().Be(1);
        await AppendAsync(Of("a", 5, 1));
        await RunAsync();
        await SweepAsync();
        await SweepAsync();

        Broker.Bodies.Where(body => body != "10").Should().Equal("1", "too large", "2", "3", "4", "5");
        (await PendingAsync()).Should().Be(0);
        (await Db.ScalarAsync<long>("select count(*) from {outbox_parked_key}")).Should().Be(0);
    }

    [Fact, Trait("Spec", "RL11")]
    public async Task A_redriven_key_goes_on_in_order_with_a_new_owner_that_has_read_past_it()
    {
        var parked = await ParkAsync();
        await Db.ExecuteAsync("delete from {outbox} where key = 'a'");
        await Pass.ReleaseAsync(Cancel);
        Broker.MaxBodyBytes = 100;
        var other = NewPass();
        await other.RunAsync(Cancel);
        await AppendAsync([.. Of("b", 11, 1)]);
        await other.RunAsync(Cancel);

        await Parked.RedriveAsync(parked.MessageId, Cancel);
        await AppendAsync(Of("a", 5, 1));
        await other.RunAsync(Cancel);
        for (var i = 0; i < 3; i++)
        {
            Db.Time.Advance(Options.SweepInterval);
            await other.RunAsync(Cancel);
        }

        Broker.Bodies.Where(body => body is not ("10" or "11")).Should().Equal("1", "too large", "5");
    }

    [Fact, Trait("Spec", "RL11")]
    public async Task A_redriven_event_that_fails_again_parks_again()
    {
        var parked = await ParkAsync();

        await Parked.RedriveAsync(parked.MessageId, Cancel);
        await SweepAsync();
        await SweepAsync();

        (await ParkedAsync()).Should().Be(1);
        Broker.Bodies.Should().BeEquivalentTo("1", "10");
        Broker.MaxBodyBytes = 100;
        await Parked.RedriveAllAsync(ParkReason.Invalid, cancellationToken: Cancel);
        await SweepAsync();
        await SweepAsync();
        Broker.Bodies.Where(body => body != "10").Should().Equal("1", "too large", "2", "3", "4");
    }

    [Fact, Trait("Spec", "RL11")]
    public async Task Discarding_the_culprit_lets_its_key_go_on()
    {
        var parked = await ParkAsync();

        (await Parked.DiscardAsync(parked.MessageId, Cancel)).Should().BeTrue();
        (await Parked.DiscardAsync(parked.MessageId, Cancel)).Should().BeFalse();
        await SweepAsync();
        await SweepAsync();

        Broker.Bodies.Where(body => body != "10").Should().Equal("1", "2", "3", "4");
        (await Db.ScalarAsync<long>("select count(*) from {outbox_parked_key}")).Should().Be(0);
    }

    [Safeguard("Of two discards of a key's last parked events, one lets the key go on", SwitchedOff = "`LockKeys` locks nothing (PostgreSQL)")]
    [Fact, Trait("Spec", "RL11")]
    public async Task A_key_goes_on_when_its_parked_events_are_discarded_at_once()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = $"k{round}";
            await AppendAsync([.. Of(key, 1, 2)]);
            await Db.ExecuteAsync($"insert into {{outbox_parked}} ({OutboxSql.Columns}, attempts, created_at, reason, parked_at) "
                + $"select {OutboxSql.Columns}, attempts, created_at, 'Refused', created_at from {{outbox}} where key = @key", new { key });
            await Db.ExecuteAsync("delete from {outbox} where key = @key", new { key });
            await Db.ExecuteAsync("insert into {outbox_parked_key} (part, key, since) select part, key, min(parked_at) from {outbox_parked} where key = @key "
                + "group by part, key", new { key });
            var parked = await Parked.ListAsync(cancellationToken: Cancel);

            await Task.WhenAll(parked.Select(e => Task.Run(() => Parked.DiscardAsync(e.MessageId, Cancel), Cancel)));
        }

        (await Db.ScalarAsync<long>("select count(*) from {outbox_parked}")).Should().Be(0);
        (await Db.QueryAsync<string>(Db.HasConcurrentWriters ? "select key from {outbox_parked_key} where not redriven"
            : "select key from {outbox_parked_key} where redriven = 0")).Should().BeEmpty();
    }

    [Fact, Trait("Spec", "RL11")]
    public async Task An_unroutable_event_goes_back_alone()
    {
        Broker.Answer = _ => PublishOutcome.Returned(312, "NO_ROUTE");
        await AppendAsync([.. Of("a", 1, 1), .. Of(null, 2, 1)]);
        await RunAsync();
        await Db.AgeAsync(TimeSpan.FromHours(25));
        await RunAsync();
        (await ParkedAsync()).Should().Be(2);
        Broker.Answer = _ => PublishOutcome.Confirmed;

        (await Parked.RedriveAllAsync(ParkReason.Unroutable, cancellationToken: Cancel)).Should().Be(2);
        await SweepAsync();

        Broker.Bodies.Should().BeEquivalentTo("1", "2");
    }
}
