using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>How deliveries come and how settling them is answered, on every transport.</summary>
public abstract class ConsumingContract<TBackend> : TransportContract<TBackend>
    where TBackend : TransportBackend, new()
{
    [Fact, Trait("Spec", "CN1")]
    public async Task An_acknowledged_message_is_gone()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1");
        var subscription = await SubscribeAsync(queue);
        await subscription.ReceivesAsync(1);

        subscription.Settle(0).Should().BeTrue();
        await subscription.Source.DisposeAsync();

        (await ReadyTextsAsync(queue)).Should().BeEmpty();
    }

    [Fact, Trait("Spec", "CN1")]
    public async Task A_delivery_carries_the_message_and_where_it_was_published_to()
    {
        var (exchange, queue) = (Backend.Exchange(), Backend.Queue());
        await DeclareAsync(Topology.Topic(exchange, ("order.*", queue)));
        var subscription = await SubscribeAsync(queue);
        var message = TextMessage.Of("hello");

        await PublishAsync(message, Destination.ToExchange(exchange, "order.created"));

        var delivery = (await subscription.ReceivesAsync(1))[0];
        delivery.Text().Should().Be("hello");
        delivery.Should().BeEquivalentTo(new { Exchange = exchange, RoutingKey = "order.created", MessageId = message.Id, message.Type, Redelivered = false });
        (delivery.DeliveryCount ?? 0).Should().Be(0);
        delivery.Generation.Should().Be(subscription.Source.Generation);
    }

    [Safeguard("Prefetch bound", SwitchedOff = "`InMemoryConsumer.HasCredit` is always true")]
    [Fact, Trait("Spec", "CN4")]
    public async Task Never_more_messages_than_the_prefetch_are_unsettled()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), [.. Enumerable.Range(0, 12).Select(i => $"{i}")]);
        var subscription = await SubscribeAsync(queue, prefetch: 5);

        await subscription.ReceivesAsync(5);
        await HasReadyAsync(queue, 7);
        subscription.Deliveries.Should().HaveCount(5);

        subscription.Settle(2).Should().BeTrue();
        await subscription.ReceivesAsync(6);
        await HasReadyAsync(queue, 6);
        subscription.Deliveries.Should().HaveCount(6, "one settled makes room for one");
    }

    [Fact, Trait("Spec", "CN14")]
    public async Task One_consumer_is_given_the_queues_order_and_never_two_at_once()
    {
        var queue = await DeclareQueueAsync();
        var subscription = await SubscribeAsync(queue, prefetch: 1000);
        var expected = Enumerable.Range(0, 300).Select(i => $"{i}").ToArray();

        await Task.WhenAll(expected.Select(text => PublishAsync(TextMessage.Of(text), Destination.ToQueue(queue))));

        await subscription.ReceivesAsync(expected.Length);
        subscription.Texts.Should().Equal(expected);
        subscription.WasConcurrent.Should().BeFalse();
    }

    [Fact, Trait("Spec", "CN5")]
    public async Task A_second_settle_is_answered_false_and_changes_nothing()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2");
        var subscription = await SubscribeAsync(queue);
        await subscription.ReceivesAsync(2);

        subscription.Settle(0).Should().BeTrue();
        foreach (var settlement in Enum.GetValues<Settlement>())
        {
            subscription.Settle(0, settlement).Should().BeFalse();
        }

        subscription.Settle(1).Should().BeTrue("the channel is unharmed");
        await subscription.Source.DisposeAsync();
        (await ReadyTextsAsync(queue)).Should().BeEmpty();
    }

    [Fact, Trait("Spec", "CN5")]
    public async Task Settling_after_the_subscription_is_disposed_is_answered_false()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1");
        var subscription = await SubscribeAsync(queue);
        await subscription.ReceivesAsync(1);
        await subscription.Source.DisposeAsync();

        subscription.Settle(0).Should().BeFalse();
        (await ReadyTextsAsync(queue)).Should().Equal("1");
    }

    [Theory, Trait("Spec", "CN2")]
    [InlineData(QueueKind.Classic)]
    [InlineData(QueueKind.Quorum)]
    public async Task A_requeued_message_comes_again_marked_as_redelivered(QueueKind kind)
    {
        var queue = await DeclareQueueAsync(queue => queue with { Kind = kind });
        await PublishTextsAsync(Destination.ToQueue(queue), "1");
        var subscription = await SubscribeAsync(queue);
        await subscription.ReceivesAsync(1);

        subscription.Settle(0, Settlement.Requeue).Should().BeTrue();

        var again = (await subscription.ReceivesAsync(2))[1];
        again.Text().Should().Be("1");
        again.Redelivered.Should().BeTrue();
        again.DeliveryCount.Should().Be(kind == QueueKind.Quorum ? 1 : null);
    }

    [Safeguard("Requeued message back in its place (classic)", SwitchedOff = "`ReadyMessages.PutBack` appends")]
    [Fact, Trait("Spec", "CN2")]
    public async Task A_classic_queue_puts_a_requeued_message_back_in_its_place()
    {
        var queue = await DeclareQueueAsync(queue => queue with { Kind = QueueKind.Classic });
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2", "3", "4", "5");
        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        List<Delivery> held = [];
        for (var i = 0; i < 4; i++)
        {
            held.Add((await reader.GetAsync(Cancellation))!);
        }

        foreach (var index in (int[])[2, 0, 3])
        {
            (await reader.SettleAsync(held[index], Settlement.Requeue, Cancellation)).Should().BeTrue();
        }

        await HasReadyAsync(queue, 4);
        (await ReadyTextsAsync(queue)).Should().Equal("1", "3", "4", "5");
    }

    [Safeguard("Requeued message at the end (quorum without delivery limit)",
        SwitchedOff = "`InMemoryQueue.Settle` puts it in front",
        Remark = "written for it: no other test went red")]
    [DiffersByVersion("RabbitMQ: 3.10 puts a requeued message of a quorum queue without a delivery limit behind all others; from 4.0 on, where such a queue "
        + "has a limit of 20, it comes first", Handling = "work queues are declared with a limit, so that it comes first on every version")]
    [Fact, Trait("Spec", "CN2"), Trait("Spec", "FV4")]
    public async Task Without_a_delivery_limit_a_quorum_queue_puts_a_requeued_message_behind_all_others_on_3_10_and_in_front_from_4_0_on()
    {
        var queue = await DeclareQueueAsync();

        await RequeueFirstOfThreeAsync(queue);

        (await ReadyTextsAsync(queue)).Should().Equal(Backend.ServerVersion.Major < 4 ? ["2", "3", "1"] : ["1", "2", "3"]);
    }

    [DiffersByVersion("RabbitMQ: a delivery limit of -1 gives up the first message that comes back on 3.10; from 4.0 on it is no limit, and a requeued message "
        + "goes behind all others before 4.3",
        Handling = "no queue of the presets has one, and the lint rule `unlimited-delivery-limit` names it")]
    [Fact, Trait("Spec", "CN2"), Trait("Spec", "FV4")]
    public async Task With_a_negative_delivery_limit_a_requeued_message_is_given_up_on_3_10_goes_behind_all_others_on_4_0_and_in_front_from_4_3_on()
    {
        var queue = await DeclareQueueAsync(queue => queue with { DeliveryLimit = -1 });

        await RequeueFirstOfThreeAsync(queue, left: Backend.ServerVersion.Major < 4 ? 2 : 3);

        (await ReadyTextsAsync(queue)).Should().Equal(Backend.ServerVersion switch
        {
            { Major: < 4 } => ["2", "3"],
            { Major: 4, Minor: < 3 } => ["2", "3", "1"],
            _ => ["1", "2", "3"],
        });
    }

    [Safeguard("A requeued message does not count from 4.3 on", SwitchedOff = "`ImitatedServer.CountsRequeued` is always true")]
    [DiffersByVersion("RabbitMQ: a message that its consumer requeues counts against the delivery limit before 4.3, and not since; one that comes back because "
        + "its channel is lost counts on every version", Handling = "the consumer's own `RedeliveryLimit` gives up such a message")]
    [Fact, Trait("Spec", "CN13"), Trait("Spec", "FV4")]
    public async Task A_requeued_message_counts_against_the_delivery_limit_before_4_3_and_not_since()
    {
        var queue = await DeclareQueueAsync(queue => queue with { DeliveryLimit = 2 });
        await PublishTextsAsync(Destination.ToQueue(queue), "requeued", "marker");

        for (var attempt = 0; attempt < 3; attempt++)
        {
            await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
            var delivery = await Eventually.Returns(() => reader.GetAsync(Cancellation), "it is there again");
            delivery.Text().Should().Be("requeued");
            (await reader.SettleAsync(delivery, Settlement.Requeue, Cancellation)).Should().BeTrue();
        }

        var counts = Backend.ServerVersion < new Version(4, 3);
        await HasReadyAsync(queue, counts ? 1 : 2);
        (await ReadyTextsAsync(queue)).Should().Equal(counts ? ["marker"] : ["requeued", "marker"]);
    }

    [Fact, Trait("Spec", "CN2")]
    public async Task A_quorum_queue_with_a_delivery_limit_puts_a_requeued_message_in_front()
    {
        var queue = await DeclareQueueAsync(queue => queue with { DeliveryLimit = 5 });

        await RequeueFirstOfThreeAsync(queue);

        (await ReadyTextsAsync(queue)).Should().Equal("1", "2", "3");
    }

    [Safeguard("Delivery limit", SwitchedOff = "`InMemoryQueue.Return` does not count")]
    [Fact, Trait("Spec", "CN13")]
    public async Task A_quorum_queue_dead_letters_a_message_that_came_back_more_often_than_its_limit()
    {
        var queue = Backend.Queue();
        var deadLetters = Topology.DeadLetterQueueOf(queue);
        await DeclareAsync(Topology.WorkQueue(new QueueDeclaration(queue) { DeliveryLimit = 2 }));
        await PublishTextsAsync(Destination.ToQueue(queue), "poison");
        List<long> counts = [];

        for (var attempt = 0; attempt < 3; attempt++)
        {
            var subscription = await SubscribeAsync(queue);
            counts.Add((await subscription.ReceivesAsync(1))[0].DeliveryCount ?? 0);
            await subscription.Source.DisposeAsync(); // its channel goes: that counts on every version
        }

        await HasReadyAsync(deadLetters, 1);
        counts.Should().Equal(0, 1, 2);
        await using var reader = await Transport.OpenReaderAsync(deadLetters, Cancellation);
        (await reader.GetAsync(Cancellation))!.BrokerReason.Should().Be("delivery_limit");
    }

    [Fact, Trait("Spec", "CN9")]
    public async Task After_cancel_nothing_more_comes_and_what_is_held_can_still_be_settled()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2");
        var subscription = await SubscribeAsync(queue);
        await subscription.ReceivesAsync(2);

        await subscription.Source.CancelAsync(Cancellation);
        await PublishTextsAsync(Destination.ToQueue(queue), "3");
        subscription.Settle(0).Should().BeTrue();
        await subscription.Source.DisposeAsync();

        subscription.Texts.Should().Equal("1", "2");
        subscription.Source.IsConsuming.Should().BeFalse();
        (await ReadyTextsAsync(queue)).Should().BeEquivalentTo("2", "3");
    }

    [Fact, Trait("Spec", "CN9")]
    public async Task Disposing_twice_or_cancelling_after_it_is_harmless()
    {
        var queue = await DeclareQueueAsync();
        var subscription = await SubscribeAsync(queue);

        await subscription.Source.DisposeAsync();
        await subscription.Source.DisposeAsync();
        await subscription.Source.CancelAsync(Cancellation);

        await HasConsumersAsync(queue, 0);
    }

    private async Task RequeueFirstOfThreeAsync(string queue, int left = 3)
    {
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2", "3");
        await using (var reader = await Transport.OpenReaderAsync(queue, Cancellation))
        {
            (await reader.SettleAsync((await reader.GetAsync(Cancellation))!, Settlement.Requeue, Cancellation)).Should().BeTrue();
        }

        await HasReadyAsync(queue, left);
    }
}
