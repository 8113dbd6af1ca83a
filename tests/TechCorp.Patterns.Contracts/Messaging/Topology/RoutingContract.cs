using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>Which queues get a message and which consumers share one, on every transport.</summary>
public abstract class RoutingContract<TBackend> : TransportContract<TBackend>
    where TBackend : TransportBackend, new()
{
    [Fact, Trait("Spec", "CN16")]
    public async Task Fanout_gives_each_of_three_services_each_event_once()
    {
        var exchange = Backend.Exchange("events.fanout");
        string[] queues = [Backend.Queue("inventory"), Backend.Queue("notification"), Backend.Queue("analytics")];
        await DeclareAsync(Topology.Fanout(exchange, queues));
        var services = new List<CollectingConsumer>();
        foreach (var queue in queues)
        {
            services.Add(await SubscribeAsync(queue, transport: await StartServiceAsync()));
        }

        await PublishTextsAsync(Destination.ToExchange(exchange), "1", "2", "3");

        foreach (var service in services)
        {
            await service.ReceivesAsync(3);
            service.Texts.Should().Equal("1", "2", "3");
        }
    }

    [Fact, Trait("Spec", "CN16")]
    public async Task A_late_subscriber_gets_later_events_only()
    {
        var exchange = Backend.Exchange("events.fanout");
        var (early, late) = (Backend.Queue("early"), Backend.Queue("late"));
        await DeclareAsync(Topology.Fanout(exchange, early));
        await PublishTextsAsync(Destination.ToExchange(exchange), "before");

        await DeclareAsync(Topology.Fanout(exchange, late));
        await PublishTextsAsync(Destination.ToExchange(exchange), "after");

        (await ReadyTextsAsync(early)).Should().Equal("before", "after");
        (await ReadyTextsAsync(late)).Should().Equal("after");
    }

    [Theory, Trait("Spec", "CN17")]
    [InlineData("notification.email.*", "notification.email.order", true)]
    [InlineData("notification.email.*", "notification.email.welcome", true)]
    [InlineData("notification.email.*", "notification.email.order.confirmed", false)]
    [InlineData("notification.email.#", "notification.email.order.confirmed", true)]
    [InlineData("notification.email.#", "notification.email", true)]
    [InlineData("notification.sms.*", "notification.sms.order.shipped", false)]
    [InlineData("notification.push.*", "notification.push.promo.new", false)]
    [InlineData("notification.*.order.*", "notification.email.order.confirmed", true)]
    [InlineData("notification.*.order.*", "notification.sms.order.shipped", true)]
    [InlineData("notification.*.order.*", "notification.push.promo.new", false)]
    [InlineData("#", "notification.push.promo.new", true)]
    [InlineData("#", "", true)]
    [InlineData("*", "", false)]
    public async Task Patterns_route_as_AMQP_says(string pattern, string key, bool arrives)
    {
        var (exchange, queue) = (Backend.Exchange(), Backend.Queue());
        await DeclareAsync(Topology.Topic(exchange, (pattern, queue)));

        var outcome = await PublishAsync(TextMessage.Of("event"), Destination.ToExchange(exchange, key));

        outcome.Kind.Should().Be(arrives ? PublishOutcomeKind.Confirmed : PublishOutcomeKind.Returned);
    }

    [Fact, Trait("Spec", "CN17")]
    public async Task A_direct_exchange_takes_the_key_literally()
    {
        var (exchange, queue) = (Backend.Exchange(), Backend.Queue());
        await DeclareAsync(Topology.Empty
            .Add(new ExchangeDeclaration(exchange, ExchangeKind.Direct))
            .Add(new QueueDeclaration(queue))
            .Add(new BindingDeclaration(exchange, queue, "order.*")));

        (await PublishAsync(TextMessage.Of("1"), Destination.ToExchange(exchange, "order.created"))).Code.Should().Be(312);
        await PublishTextsAsync(Destination.ToExchange(exchange, "order.*"), "2");

        (await ReadyTextsAsync(queue)).Should().Equal("2");
    }

    [Fact, Trait("Spec", "CN17")]
    public async Task A_queue_bound_several_times_gets_a_message_once()
    {
        var (exchange, queue) = (Backend.Exchange(), Backend.Queue());
        await DeclareAsync(Topology.Topic(exchange, ("order.*", queue), ("*.created", queue), ("#", queue)));

        await PublishTextsAsync(Destination.ToExchange(exchange, "order.created"), "once");

        (await ReadyTextsAsync(queue)).Should().Equal("once");
    }

    [Fact, Trait("Spec", "CN15")]
    public async Task Two_workers_share_a_queue_and_each_message_goes_to_one_of_them()
    {
        var queue = await DeclareQueueAsync();
        var (first, second) = (await SubscribeAsync(queue), await SubscribeAsync(queue, transport: await StartServiceAsync()));
        var expected = Enumerable.Range(0, 20).Select(i => $"{i}").ToArray();

        await PublishTextsAsync(Destination.ToQueue(queue), expected);

        await Eventually.Holds(() => first.Deliveries.Count + second.Deliveries.Count >= 20, "everything is handed out");
        first.Texts.Concat(second.Texts).Should().BeEquivalentTo(expected);
        first.Deliveries.Should().HaveCount(10, "they take turns");
    }

    [Safeguard("Prefetch bound")]
    [Fact, Trait("Spec", "CN15")]
    public async Task A_slow_worker_with_prefetch_1_holds_back_one_message()
    {
        var queue = await DeclareQueueAsync();
        var (slow, quick) = (await SubscribeAsync(queue, prefetch: 1), await SubscribeAsync(queue));

        await PublishTextsAsync(Destination.ToQueue(queue), [.. Enumerable.Range(0, 10).Select(i => $"{i}")]);

        await quick.ReceivesAsync(9);
        slow.Deliveries.Should().HaveCount(1);
        await HasReadyAsync(queue, 0);
    }

    [Fact, Trait("Spec", "CN15")]
    public async Task With_a_single_active_consumer_the_second_waits_for_the_first_to_leave()
    {
        var queue = await DeclareQueueAsync(queue => queue with { SingleActiveConsumer = true });
        var (active, standby) = (await SubscribeAsync(queue), await SubscribeAsync(queue));
        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2");
        await active.ReceivesAsync(2);
        standby.Deliveries.Should().BeEmpty();

        await active.Source.DisposeAsync();

        await standby.ReceivesAsync(2);
        standby.Texts.Should().Equal("1", "2");
    }
}
