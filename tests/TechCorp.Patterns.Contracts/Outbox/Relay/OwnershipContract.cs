using TechCorp.Messaging;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Patterns.Contracts;

/// <summary>A partition has one owner at a time, and who has lost it can end nothing any more.</summary>
public abstract class OwnershipContract<TDatabase> : RelaySuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    /// <summary>Makes the database believe that the owner has gone, although it has not.</summary>
    protected abstract Task DepriveAsync();

    [Fact, Trait("Spec", "RL13")]
    public async Task Two_relays_never_own_the_same_partition()
    {
        var passes = Enumerable.Range(0, 4).Select(_ => NewPass()).ToArray();

        await Task.WhenAll(passes.Select(pass => Task.Run(() => pass.RunAsync(Cancel), Cancel)));

        passes.SelectMany(pass => pass.Ownership.Owned.Keys).Should().HaveCount(32).And.OnlyHaveUniqueItems();
    }

    [Fact, Trait("Spec", "RL13")]
    public async Task A_second_relay_publishes_nothing_while_the_first_owns()
    {
        await AppendAsync(Of("a", 1, 3));
        Broker.HoldConfirms();
        var first = RunAsync();
        await Broker.Published;

        (await NewPass().RunAsync(Cancel)).Should().BeEquivalentTo(new { Owned = 0, Read = 0 });

        Broker.ReleaseConfirms();
        await first;
        Broker.Bodies.Should().Equal("1", "2", "3");
    }

    [Fact, Trait("Spec", "RL1")]
    public async Task A_relay_that_ends_without_a_word_is_followed_by_another()
    {
        await AppendAsync(Of("a", 1, 3));
        await Pass.RunAsync(Cancel);
        await AppendAsync(Of("a", 4, 1));
        await DepriveAsync();

        var other = NewPass();
        (await other.RunAsync(Cancel)).Should().BeEquivalentTo(new { Owned = 32, Confirmed = 1 });

        Broker.Bodies.Should().Equal("1", "2", "3", "4");
    }

    [Fact, Trait("Spec", "RL20")]
    public async Task A_relay_that_gives_back_is_followed_at_once()
    {
        await RunAsync();
        await Pass.ReleaseAsync(Cancel);

        (await NewPass().RunAsync(Cancel)).Owned.Should().Be(32);
    }

    [Safeguard("A relay writes with its epoch (SQLite)",
        SwitchedOff = "`SqliteRelaySql.ToPark`, `DeferRows`, `Fenced`: dropping owner and epoch from `DeferRows`",
        Remark = "on SQLite")]
    [Fact, Trait("Spec", "RL12")]
    public async Task The_writes_of_an_owner_that_has_lost_its_partitions_change_nothing()
    {
        await AppendAsync(Of("a", 1, 2));
        Broker.HoldConfirms();
        Broker.Answer = _ => PublishOutcome.Rejected("full");
        var stale = RunAsync();
        await Broker.Published;
        await DepriveAsync();
        Broker.Answer = _ => PublishOutcome.ConnectionLost("gone");
        var successor = NewPass();
        var following = successor.RunAsync(Cancel);
        await Eventually.Holds(() => Broker.Batches == 2, "the successor publishes too");

        Broker.ReleaseConfirms();
        await stale.ContinueWith(_ => { }, Cancel, TaskContinuationOptions.None, TaskScheduler.Default);
        await following;

        (await AttemptsAsync()).Should().Be(0, "the old owner's verdict no longer counts");
        Broker.Answer = _ => PublishOutcome.Confirmed;
        await successor.RunAsync(Cancel);
        Broker.Bodies.Should().Equal("1", "2");
        (await PendingAsync()).Should().Be(0);
    }

    [Fact, Trait("Spec", "RL12")]
    public async Task An_owner_that_was_deprived_takes_part_again_as_a_stranger()
    {
        await RunAsync();
        await DepriveAsync();
        var successor = NewPass();
        await successor.RunAsync(Cancel);

        await Pass.RunAsync(Cancel).ContinueWith(_ => { }, Cancel, TaskContinuationOptions.None, TaskScheduler.Default);
        (await Pass.RunAsync(Cancel)).Owned.Should().Be(0);

        await successor.ReleaseAsync(Cancel);
        Db.Time.Advance(TimeSpan.FromSeconds(1));
        (await Pass.RunAsync(Cancel)).Owned.Should().Be(32);
    }
}
