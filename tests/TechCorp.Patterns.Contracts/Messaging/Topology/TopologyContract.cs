using System.Collections.Frozen;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>What declaring does and what it refuses, on every transport.</summary>
public abstract class TopologyContract<TBackend> : TransportContract<TBackend>
    where TBackend : TransportBackend, new()
{
    [Fact, Trait("Spec", "TP1")]
    public async Task Declaring_the_same_again_changes_nothing()
    {
        var queue = Backend.Queue();
        await DeclareAsync(Topology.WorkQueue(queue));
        await PublishTextsAsync(Destination.ToQueue(queue), "kept");

        await DeclareAsync(Topology.WorkQueue(queue));

        (await ReadyTextsAsync(queue)).Should().Equal("kept");
    }

    [Fact, Trait("Spec", "TP2")]
    public async Task A_queue_that_exists_with_another_argument_is_a_mismatch_that_names_both_values()
    {
        var queue = Backend.Queue();
        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue) { MessageTimeToLive = TimeSpan.FromMilliseconds(60_000) }));

        var declare = () => DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue) { MessageTimeToLive = TimeSpan.FromMilliseconds(90_000) }));

        var mismatch = (await declare.Should().ThrowAsync<TopologyException>()).Which;
        mismatch.Entity.Should().Contain(queue);
        mismatch.Difference.Should().Contain("x-message-ttl").And.Contain("60000").And.Contain("90000");
    }

    [Fact, Trait("Spec", "TP2")]
    public async Task A_queue_of_another_kind_is_a_mismatch()
    {
        var queue = Backend.Queue();
        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue) { Kind = QueueKind.Classic }));

        var declare = () => DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue)));

        (await declare.Should().ThrowAsync<TopologyException>()).Which.Difference.Should().Contain("x-queue-type");
    }

    [Fact, Trait("Spec", "TP2")]
    public async Task An_exchange_of_another_kind_is_a_mismatch()
    {
        var exchange = Backend.Exchange();
        await DeclareAsync(Topology.Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Topic)));

        var declare = () => DeclareAsync(Topology.Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Fanout)));

        var mismatch = (await declare.Should().ThrowAsync<TopologyException>()).Which;
        mismatch.Entity.Should().Contain(exchange);
        mismatch.Difference.Should().Contain("topic").And.Contain("fanout");
    }

    [Fact, Trait("Spec", "TP2")]
    public async Task A_mismatch_leaves_the_queue_and_its_messages_as_they_are()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "kept");

        var declare = () => DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue) { MaxLength = 5 }));

        await declare.Should().ThrowAsync<TopologyException>();
        (await ReadyTextsAsync(queue)).Should().Equal("kept");
        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue)));
    }

    [Fact, Trait("Spec", "TP3")]
    public async Task Validate_finds_a_missing_queue_and_creates_nothing()
    {
        var queue = Backend.Queue();

        var validate = () => DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue)), TopologyMode.Validate);

        (await validate.Should().ThrowAsync<TopologyException>()).Which.Entity.Should().Contain(queue);
        (await Transport.CountAsync(queue, Cancellation)).Should().BeNull();
    }

    [Fact, Trait("Spec", "TP3")]
    public async Task Validate_finds_a_missing_exchange()
    {
        var exchange = Backend.Exchange();

        var validate = () => DeclareAsync(Topology.Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Topic)), TopologyMode.Validate);

        (await validate.Should().ThrowAsync<TopologyException>()).Which.Entity.Should().Contain(exchange);
    }

    [Fact, Trait("Spec", "TP3")]
    public async Task Validate_checks_existence_and_not_arguments()
    {
        var queue = await DeclareQueueAsync();

        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue) { MaxLength = 5 }), TopologyMode.Validate);
    }

    [Fact, Trait("Spec", "TP3")]
    public async Task Assume_does_nothing()
    {
        var queue = Backend.Queue();

        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue)), TopologyMode.Assume);

        (await Transport.CountAsync(queue, Cancellation)).Should().BeNull();
    }

    [Safeguard("A plan creates nothing", SwitchedOff = "`TopologyProbe` declares actively also what does not exist", Remark = "on RabbitMQ")]
    [Fact, Trait("Spec", "TP1")]
    public async Task A_plan_says_what_would_be_created_and_creates_nothing()
    {
        var (exchange, queue) = (new ExchangeDeclaration(Backend.Exchange(), ExchangeKind.Topic), new QueueDeclaration(Backend.Queue()));
        var topology = Topology.Empty.Add(exchange).Add(queue).Add(new BindingDeclaration(exchange.Name, queue.Name, "order.#"));

        (await PlannedAsync(topology)).Should().Equal(
            $"Create: exchange '{exchange.Name}'",
            $"Create: queue '{queue.Name}'",
            $"Bind: binding of exchange '{exchange.Name}' to queue '{queue.Name}' by 'order.#'");

        (await Transport.CountAsync(queue.Name, Cancellation)).Should().BeNull();
        await FluentActions.Awaiting(() => DeclareAsync(Topology.Empty.Add(exchange), TopologyMode.Validate)).Should().ThrowAsync<TopologyException>();
    }

    [Fact, Trait("Spec", "TP1")]
    public async Task A_plan_of_what_exists_finds_it_identical()
    {
        var (exchange, queue) = (new ExchangeDeclaration(Backend.Exchange(), ExchangeKind.Topic),
            new QueueDeclaration(Backend.Queue()) { MaxLength = 5, DeliveryLimit = 2 });
        var topology = Topology.Empty.Add(exchange).Add(queue);
        await DeclareAsync(topology);

        (await PlannedAsync(topology)).Should().Equal($"Identical: exchange '{exchange.Name}'", $"Identical: queue '{queue.Name}'");
    }

    [Fact, Trait("Spec", "TP1")]
    public async Task A_plan_names_what_conflicts_and_changes_nothing()
    {
        var (exchange, queue) = (Backend.Exchange(), Backend.Queue());
        var topology = Topology.Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Topic))
            .Add(new QueueDeclaration(queue) { MessageTimeToLive = TimeSpan.FromMinutes(1) });
        await DeclareAsync(topology);
        await PublishTextsAsync(Destination.ToQueue(queue), "kept");

        var changes = await Transport.PlanAsync(
            Topology.Empty.Add(new ExchangeDeclaration(exchange, ExchangeKind.Fanout))
            .Add(new QueueDeclaration(queue) { MessageTimeToLive = TimeSpan.FromMinutes(2) }), Cancellation);

        changes.Should().OnlyContain(change => change.Kind == TopologyChangeKind.Conflict);
        changes[0].Detail.Should().Contain("type").And.Contain("fanout").And.Contain("topic");
        changes[1].Detail.Should().Contain("x-message-ttl").And.Contain("120000").And.Contain("60000");
        (await PlannedAsync(topology)).Should().OnlyContain(change => change.StartsWith("Identical"));
        (await ReadyTextsAsync(queue)).Should().Equal("kept");
    }

    [DiffersByVersion("RabbitMQ: before 4.3 a topic binding may have any number of `#`; from 4.3 on at most two")]
    [Fact, Trait("Spec", "FV5"), Trait("Spec", "FV4")]
    public async Task A_topic_pattern_with_three_hashes_is_refused_from_4_3_on()
    {
        var (exchange, queue) = (Backend.Exchange(), await DeclareQueueAsync());
        var declare = () => DeclareAsync(Topology.Empty.AddExchange(exchange, ExchangeKind.Topic).Add(new QueueDeclaration(queue)).AddBinding(exchange, queue,
            "#.#.a.#"));

        if (Backend.ServerVersion < new Version(4, 3))
        {
            await declare();
            await PublishTextsAsync(Destination.ToExchange(exchange, "a"), "taken");
        }
        else
        {
            (await declare.Should().ThrowAsync<TopologyException>()).Which.Difference.Should().Contain("'#.#.a.#' uses 3 '#' wildcards, at most 2 are allowed");
        }
    }

    [Safeguard("A dead-letter queue of an earlier version stops no start", SwitchedOff = "`DeclareDifference.Of` insists on the limit",
        Remark = "in memory")]
    [Theory, Trait("Spec", "FV1")]
    [InlineData(".dlq")]
    [InlineData(".retry.3600s")]
    [InlineData(".queue-delay.1s")]
    [InlineData(".isolated")]
    public async Task A_queue_that_exists_without_the_limit_that_stands_for_none_is_used_as_it_is(string ending)
    {
        var name = Backend.Queue();
        var plan = new ConsumerPlan(new ConsumerOptions { Queue = name }, FrozenDictionary<string, BoundHandler>.Empty);
        var ladder = Topology.DelayLadder(Destination.ToQueue(name), TimeSpan.FromSeconds(2));
        var topology = Topology.WorkQueue(name).Add(Topology.RetryLadder(name, new DeliveryPolicy { Delays = [TimeSpan.FromHours(1)] })).Add(ladder)
            .Add(IsolatedRecords.TopologyOf(plan));
        var wanted = topology.QueuesByName[name + ending];
        wanted.DeliveryLimit.Should().Be(1_000_000_000);
        var earlier = await StartServiceAsync();
        await earlier.DeclareAsync(Topology.Empty.Add(wanted with { DeliveryLimit = null }), TopologyMode.Create, Cancellation);
        await PublishTextsAsync(Destination.ToQueue(wanted.Name), "kept");

        await DeclareAsync(topology);
        await DeclareAsync(topology);

        (await Transport.PlanAsync(topology, Cancellation)).Single(change => change.Subject == $"queue '{wanted.Name}'").Should()
            .BeEquivalentTo(new { Kind = TopologyChangeKind.Identical, Detail = TopologyChange.WithoutDeliveryLimit });
        (await Transport.CountAsync(name, Cancellation)).Should().NotBeNull("what comes after it is declared too");
        if (ending != ".queue-delay.1s") // from there it has gone on
        {
            (await ReadyTextsAsync(wanted.Name)).Should().Equal("kept");
        }

        foreach (var queue in topology.Queues)
        {
            await Backend.DeleteQueueAsync(queue.Name);
        }

        foreach (var step in ladder.Exchanges)
        {
            await Backend.DeleteExchangeAsync(step.Name);
        }
    }

    [Theory, Trait("Spec", "FV1")]
    [InlineData(20, null, "20")]
    [InlineData(null, 5, "x-max-length")]
    public async Task A_dead_letter_queue_with_another_limit_or_another_argument_beside_is_a_mismatch(int? limit, int? length, string named)
    {
        var queue = Backend.Queue();
        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(Topology.DeadLetterQueueOf(queue)) { DeliveryLimit = limit, MaxLength = length }));

        var declare = () => DeclareAsync(Topology.WorkQueue(queue));

        (await declare.Should().ThrowAsync<TopologyException>()).Which.Difference.Should().Contain(named);
    }

    [DiffersByVersion("RabbitMQ: before 4.0 a dead letter is not marked as redelivered where it is delivered first; from 4.0 on one that was rejected may be, "
        + "with the count of the queue it left",
        Handling = "a count is believed only together with the mark, and what a handler started is counted by the consumer")]
    [Theory, Trait("Spec", "TP4"), Trait("Spec", "TP5"), Trait("Spec", "FV5")]
    [InlineData(QueueKind.Quorum)]
    [InlineData(QueueKind.Classic)]
    public async Task A_queue_with_its_dead_letter_queue_is_declared_by_one_call(QueueKind kind)
    {
        var queue = Backend.Queue("orders.process");
        await DeclareAsync(Topology.WorkQueue(new QueueDeclaration(queue) { Kind = kind, MessageTimeToLive = TimeSpan.FromHours(24) }));
        await PublishTextsAsync(Destination.ToQueue(queue), "bad");

        await using (var reader = await Transport.OpenReaderAsync(queue, Cancellation))
        {
            var delivery = (await reader.GetAsync(Cancellation))!;
            await reader.SettleAsync(delivery, Settlement.Reject, Cancellation);
        }

        var deadLetters = Topology.DeadLetterQueueOf(queue);
        await HasReadyAsync(deadLetters, 1);
        await using var dead = await Transport.OpenReaderAsync(deadLetters, Cancellation);
        var letter = (await dead.GetAsync(Cancellation))!;
        letter.Should().BeEquivalentTo(new { Exchange = "dlx", RoutingKey = deadLetters, BrokerReason = "rejected" });
        if (Backend.ServerVersion.Major < 4)
        {
            letter.Redelivered.Should().BeFalse();
        }

        letter.Text().Should().Be("bad");
    }

    private async Task<IEnumerable<string>> PlannedAsync(Topology topology)
        => (await Transport.PlanAsync(topology, Cancellation)).Select(change => change.ToString());
}
