using System.Collections.Frozen;

namespace TechCorp.Messaging.Tests;

public sealed class TopologyPresetsTests
{
    [Fact, Trait("Spec", "TP5")]
    public void Each_quorum_work_queue_has_a_delivery_limit()
    {
        var topologies = new[] { Topology.WorkQueue("q"), Topology.Fanout("x", "q"), Topology.Topic("x", ("#", "q")) };

        topologies.Select(topology => topology.QueuesByName["q"].DeliveryLimit).Should().AllBeEquivalentTo(100);
    }

    [Theory, Trait("Spec", "TP5")]
    [InlineData(QueueKind.Quorum, 5, 5)]
    [InlineData(QueueKind.Classic, null, null)]
    public void One_that_is_given_is_kept_and_a_classic_queue_gets_none(QueueKind kind, int? given, int? kept)
        => Topology.WorkQueue(new QueueDeclaration("q") { Kind = kind, DeliveryLimit = given }).QueuesByName["q"].DeliveryLimit.Should().Be(kept);

    [Theory, Trait("Spec", "DL3"), Trait("Spec", "FV1")]
    [InlineData(QueueKind.Quorum, 1_000_000_000)]
    [InlineData(QueueKind.Classic, null)]
    public void Dead_letter_and_retry_queues_have_a_delivery_limit_that_is_never_reached_because_a_look_counts(QueueKind kind, int? limit)
        => Topology.WorkQueue(new QueueDeclaration("q") { Kind = kind }).Add(Topology.RetryLadder("q", DeliveryPolicy.Default, kind)).Queues
            .Where(queue => queue.Name != "q").Select(queue => queue.DeliveryLimit).Should().HaveCount(5).And.AllBeEquivalentTo(limit);

    [Safeguard("Each auxiliary queue has a delivery limit that is never reached", SwitchedOff = "`DelaySteps.To` and `IsolatedRecords.TopologyOf` give none")]
    [Fact, Trait("Spec", "FM21"), Trait("Spec", "FV1")]
    public void Delay_queues_have_a_delivery_limit_that_is_never_reached()
    {
        Destination[] destinations = [Destination.ToExchange("events"), Destination.ToQueue("q")];

        destinations.SelectMany(destination => Topology.DelayLadder(destination, TimeSpan.FromSeconds(5)).Queues).Select(queue => queue.DeliveryLimit).Should()
            .HaveCount(7).And.AllBeEquivalentTo(1_000_000_000);
    }

    [Safeguard("Each auxiliary queue has a delivery limit that is never reached")]
    [Theory, Trait("Spec", "FM2"), Trait("Spec", "FV1")]
    [InlineData(QueueKind.Quorum, 1_000_000_000)]
    [InlineData(QueueKind.Classic, null)]
    [InlineData(null, 1_000_000_000)]
    public void The_records_of_isolated_attempts_have_a_delivery_limit_that_is_never_reached(QueueKind? kind, int? limit)
        => IsolatedRecords.TopologyOf(new ConsumerPlan(new ConsumerOptions { Queue = "q" }, FrozenDictionary<string, BoundHandler>.Empty) { Kind = kind })
            .Queues.Should().ContainSingle().Which.DeliveryLimit.Should().Be(limit);

    [Fact, Trait("Spec", "FM20")]
    public void A_broadcast_has_a_name_that_leaves_room_for_the_process_and_no_dead_letters()
    {
        var queue = Topology.Broadcast("cache").Queues.Should().ContainSingle().Which;

        queue.Should().Match<QueueDeclaration>(q => q.Name == "cache.broadcast" && q.DeadLetterExchange == null && q.Kind == QueueKind.Classic);
        FluentActions.Invoking(() => Topology.Broadcast(new string('x', 171))).Should().Throw<ArgumentException>().WithMessage("*170 bytes*");
        FluentActions.Invoking(() => Topology.Broadcast("")).Should().Throw<ArgumentException>();
    }

    [Theory, Trait("Spec", "FM13")]
    [InlineData(null, "dlx")]
    [InlineData("", "dlx")]
    [InlineData("own", "own")]
    public void A_work_queue_keeps_the_dead_letter_exchange_that_it_is_given(string? given, string expected)
    {
        var topology = Topology.WorkQueue(new QueueDeclaration("q") { DeadLetterExchange = given });

        topology.QueuesByName["q"].DeadLetterExchange.Should().Be(expected);
        topology.Exchanges.Should().Equal(new ExchangeDeclaration(expected, ExchangeKind.Direct));
        topology.Lint().Should().BeEmpty();
    }

    [Fact, Trait("Spec", "FM13")]
    public void Another_dead_letter_exchange_takes_the_place_of_the_usual_one_for_all_queues_or_for_one()
    {
        var topology = Topology.Fanout("events", "a", "b");

        var all = DeadLetterExchangeName.Replace(topology, "own");
        var one = DeadLetterExchangeName.ReplaceFor(topology, "a", "own");

        all.ExchangesByName.Keys.Should().BeEquivalentTo("events", "own");
        all.Lint().Should().BeEmpty();
        one.ExchangesByName.Keys.Should().BeEquivalentTo("events", "own", "dlx");
        one.Bindings.Where(binding => binding.Queue.EndsWith(".dlq", StringComparison.Ordinal)).Should()
            .BeEquivalentTo([new BindingDeclaration("own", "a.dlq", "a.dlq"), new BindingDeclaration("dlx", "b.dlq", "b.dlq")]);
        one.Lint().Should().BeEmpty();
    }

    [Fact, Trait("Spec", "FM13")]
    public void A_shared_dead_letter_queue_stays_bound_for_the_queues_that_still_use_the_exchange()
    {
        var topology = Topology.Empty.AddExchange("old", ExchangeKind.Direct)
            .Add(new QueueDeclaration("a") { DeadLetterExchange = "old", DeadLetterRoutingKey = "dead" })
            .Add(new QueueDeclaration("b") { DeadLetterExchange = "old", DeadLetterRoutingKey = "dead" })
            .Add(new QueueDeclaration("graveyard"))
            .AddBinding("old", "graveyard", "dead");

        DeadLetterExchangeName.ReplaceFor(topology, "a", "new").Bindings.Should()
            .BeEquivalentTo([new BindingDeclaration("old", "graveyard", "dead"), new BindingDeclaration("new", "graveyard", "dead")]);
    }
}
