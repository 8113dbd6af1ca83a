using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>At-least-once dead-lettering: what RabbitMQ does too, within minutes; here at once.</summary>
[Trait("Spec", "TP5")]
public sealed class InMemoryDeadLetterTests : InMemoryBrokerTest
{
    [Fact]
    public async Task A_dead_letter_without_a_target_waits_until_its_queue_is_declared()
    {
        await DeclareAsync(new QueueDeclaration("q") { DeadLetterExchange = "", DeadLetterRoutingKey = "dead" });
        await PublishAsync("q", "1");
        await PublishAsync("q", "2");
        await SettleHeadAsync("q", Settlement.Reject);
        await SettleHeadAsync("q", Settlement.Reject);
        (await ReadyAsync("q")).Should().Be(0);

        await DeclareAsync(new QueueDeclaration("dead"));

        var dead = await SubscribeAsync("dead");
        await dead.ReceivesAsync(2);
        dead.Texts.Should().Equal("1", "2");
    }

    [Safeguard("The alarm is set after a refused declaration too", SwitchedOff = "`InMemoryBroker.Do` sets it only when nothing was thrown")]
    [Fact]
    public async Task A_dead_letter_that_a_refused_declaration_released_still_expires_in_time()
    {
        await DeclareAsync(new QueueDeclaration("q") { DeadLetterExchange = "", DeadLetterRoutingKey = "dead" }, new QueueDeclaration("end"));
        await PublishAsync("q", "1");
        await SettleHeadAsync("q", Settlement.Reject);
        var end = await SubscribeAsync("end");
        var halfWay = Topology.Empty
            .Add(new QueueDeclaration("dead") { MessageTimeToLive = TimeSpan.FromSeconds(1), DeadLetterExchange = "", DeadLetterRoutingKey = "end" })
            .Add(new BindingDeclaration("missing", "dead", ""));

        var declare = () => Transport.DeclareAsync(halfWay, TopologyMode.Create, Cancellation);
        await declare.Should().ThrowAsync<TopologyException>();
        Time.Advance(TimeSpan.FromSeconds(1));

        await end.ReceivesAsync(1);
    }

    [Fact]
    public async Task A_dead_letter_that_a_full_queue_refuses_waits_for_room()
    {
        await DeclareAsync(
            new QueueDeclaration("q") { DeadLetterExchange = "", DeadLetterRoutingKey = "dead" },
            new QueueDeclaration("dead") { Kind = QueueKind.Classic, MaxLength = 1, RejectPublishWhenFull = true });
        foreach (var text in (string[])["1", "2", "3"])
        {
            await PublishAsync("q", text);
            await SettleHeadAsync("q", Settlement.Reject);
        }

        (await ReadyAsync("dead")).Should().Be(1);
        var dead = await SubscribeAsync("dead", prefetch: 1);
        for (var i = 0; i < 3; i++)
        {
            await dead.ReceivesAsync(i + 1);
            dead.Settle(i).Should().BeTrue();
        }

        dead.Texts.Should().Equal("1", "2", "3");
    }

    [Safeguard("Dead letters that no queue takes are kept", SwitchedOff = "`DeadLetterRouter.Deliver` drops them")]
    [Fact]
    public async Task Undelivered_dead_letters_count_against_the_length()
    {
        await DeclareAsync(new QueueDeclaration("q") { MaxLength = 1, RejectPublishWhenFull = true, DeadLetterExchange = "missing" });
        await PublishAsync("q", "1");
        await SettleHeadAsync("q", Settlement.Reject);

        (await PublishAsync("q", "2")).IsConfirmed.Should().BeTrue("a quorum queue finds out when it is over its length");
        (await PublishAsync("q", "3")).Kind.Should().Be(PublishOutcomeKind.Rejected);
    }

    [Safeguard("Thirty-two kept dead letters delay the next one", SwitchedOff = "no limit")]
    [Fact]
    public async Task Thirty_two_undelivered_dead_letters_delay_the_next_one()
    {
        await DeclareAsync(new QueueDeclaration("q") { DeadLetterExchange = "x" }, new QueueDeclaration("dead"), new QueueDeclaration("late"));
        await Transport.DeclareAsync(Topology.Empty.Add(new ExchangeDeclaration("in", ExchangeKind.Fanout)).Add(new BindingDeclaration("in", "q", "")),
            TopologyMode.Create, Cancellation);
        await Transport.DeclareAsync(Topology.Empty.Add(new ExchangeDeclaration("x", ExchangeKind.Direct)).Add(new BindingDeclaration("x", "dead", "dead")),
            TopologyMode.Create, Cancellation);
        foreach (var key in (string[])[.. Enumerable.Repeat("late", 31), "dead", "late", "dead"])
        {
            (await Transport.PublishAsync(TextMessage.Of(key), Destination.ToExchange("in", key), UnroutableBehavior.Fail, Eventually.Watchdog,
                Cancellation)).IsConfirmed.Should().BeTrue();
            await SettleHeadAsync("q", Settlement.Reject);
        }

        (await ReadyAsync("dead")).Should().Be(1, "the first found its queue while 31 were held, the second waits behind 32");
        await Transport.DeclareAsync(Topology.Empty.Add(new BindingDeclaration("x", "late", "late")), TopologyMode.Create, Cancellation);

        (await ReadyAsync("dead")).Should().Be(2);
        (await ReadyAsync("late")).Should().Be(32);
    }

    [Safeguard("A dead letter that went in a circle is kept too", SwitchedOff = "they are dropped")]
    [Fact]
    public async Task A_dead_letter_that_went_in_a_circle_waits_too()
    {
        await DeclareAsync(new QueueDeclaration("q")
        {
            MaxLength = 1,
            RejectPublishWhenFull = true,
            MessageTimeToLive = TimeSpan.FromSeconds(1),
            DeadLetterExchange = "",
            DeadLetterRoutingKey = "q",
        });
        await PublishAsync("q", "1");

        Time.Advance(TimeSpan.FromSeconds(1));

        (await ReadyAsync("q")).Should().Be(0);
        (await PublishAsync("q", "2")).IsConfirmed.Should().BeTrue("a quorum queue finds out when it is over its length");
        (await PublishAsync("q", "3")).Kind.Should().Be(PublishOutcomeKind.Rejected);
    }

    [Fact]
    public async Task A_dead_letter_of_a_classic_queue_without_a_target_is_dropped()
    {
        await DeclareAsync(new QueueDeclaration("q") { Kind = QueueKind.Classic, DeadLetterExchange = "", DeadLetterRoutingKey = "dead" });
        await PublishAsync("q", "1");
        await SettleHeadAsync("q", Settlement.Reject);

        await DeclareAsync(new QueueDeclaration("dead"));

        (await ReadyAsync("dead")).Should().Be(0);
    }

    [Fact]
    public async Task The_first_death_is_remembered_and_the_last_one_is_the_reason()
    {
        await DeclareAsync(
            new QueueDeclaration("q") { DeadLetterExchange = "", DeadLetterRoutingKey = "first" },
            new QueueDeclaration("first") { MessageTimeToLive = TimeSpan.FromSeconds(1), DeadLetterExchange = "", DeadLetterRoutingKey = "second" },
            new QueueDeclaration("second"));
        await PublishAsync("q", "1");
        await SettleHeadAsync("q", Settlement.Reject);
        Time.Advance(TimeSpan.FromSeconds(1));

        var second = await SubscribeAsync("second");
        var letter = (await second.ReceivesAsync(1))[0];
        letter.BrokerReason.Should().Be("expired");
        letter.Headers.Should().Contain("x-first-death-reason", "rejected").And.Contain("x-first-death-queue", "q");
    }
}
