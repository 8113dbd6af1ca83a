using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>Dead letters go where the queue's declaration sends them, and the tools find them there.</summary>
public abstract class DeadLetterTargetContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    [Safeguard("The tools follow the declaration", SwitchedOff = "`DeadLetterTarget.Of` always answers `<queue>.dlq`")]
    [Theory, Trait("Spec", "FM14")]
    [InlineData("default exchange")]
    [InlineData("direct")]
    [InlineData("fanout without a key")]
    [InlineData("topic")]
    public async Task Dead_letters_are_read_redriven_and_discarded_where_the_declaration_sends_them(string shape)
    {
        var (queue, target) = (Backend.Queue("own"), Backend.Queue("graveyard"));
        var failing = true;
        var bus = await StartBusAsync(m => m
            .AddTopology(Declared(queue, target, shape))
            .AddConsumer<OrderCreated>(queue, (_, _, _) => failing ? throw new PermanentFailureException("no") : Task.CompletedTask));
        await SendAsync(queue, "o1", "o2", "o3");
        await HasReadyAsync(target, 3);

        (await bus.DeadLetters.CountAsync(Cancellation))[queue].Should().Be(3);
        (await bus.DeadLetters.PeekAsync(queue, cancellationToken: Cancellation)).Select(letter => letter.MessageId).Should().Equal("o1", "o2", "o3");
        (await bus.DeadLetters.DiscardAsync(queue, letter => letter.MessageId == "o2", Cancellation)).Should().Be(1);
        failing = false;
        (await bus.DeadLetters.RedriveAsync(queue, cancellationToken: Cancellation)).Redriven.Should().Be(2);

        await HoldsInTimeAsync(() => bus.Consumers.Status()[0].Acknowledged == 2, "both are handled");
        (await Transport.CountAsync(Topology.DeadLetterQueueOf(queue), Cancellation)).Should().BeNull("the declaration names another");
    }

    [Fact, Trait("Spec", "FM14")]
    public async Task The_name_of_a_dead_letter_queue_means_all_that_it_holds_and_that_of_a_queue_only_its_own()
    {
        var (one, two, target) = (Backend.Queue("one"), Backend.Queue("two"), Backend.Queue("graveyard"));
        var bus = await StartBusAsync(m => m
            .AddTopology(Declared(one, target, "default exchange").Add(Declared(two, target, "default exchange")))
            .AddConsumer<OrderCreated>(one, (_, _, _) => throw new PermanentFailureException("no"))
            .AddConsumer<OrderCreated>(two, (_, _, _) => throw new PermanentFailureException("no")));
        await SendAsync(one, "o1");
        await SendAsync(two, "o2");
        await HasReadyAsync(target, 2);

        (await PeekAsync(bus, one)).Should().Equal("o1");
        (await PeekAsync(bus, two)).Should().Equal("o2");
        (await PeekAsync(bus, target)).Should().BeEquivalentTo("o1", "o2");
        (await bus.DeadLetters.RedriveAsync(one, new RedriveOptions { DryRun = true }, Cancellation)).Matched.Should().Be(1);
    }

    [Safeguard("A queue's name never means the dead letters of another", SwitchedOff = "`DeadLetterSources.FindAsync` takes all from `<queue>.dlq`")]
    [Fact, Trait("Spec", "FM14")]
    public async Task The_name_of_a_queue_means_only_its_own_also_when_another_sends_its_dead_letters_to_its_usual_queue()
    {
        var guest = Backend.Queue("guest");
        var usual = Topology.DeadLetterQueueOf(Queue);
        var bus = await StartBusAsync(m => m
            .AddTopology(Topology.Empty.Add(new QueueDeclaration(guest) { DeadLetterExchange = "", DeadLetterRoutingKey = usual }))
            .AddConsumer<OrderCreated>(Queue, (_, _, _) => throw new PermanentFailureException("no"))
            .AddConsumer<OrderCreated>(guest, (_, _, _) => throw new PermanentFailureException("no")));
        await SendAsync(Queue, "own");
        await SendAsync(guest, "guest");
        await HasReadyAsync(usual, 2);

        (await PeekAsync(bus, Queue)).Should().Equal("own");
        (await bus.DeadLetters.RedriveAsync(Queue, new RedriveOptions { DryRun = true }, Cancellation)).Matched.Should().Be(1);
        (await bus.DeadLetters.DiscardAsync(Queue, _ => true, Cancellation)).Should().Be(1);
        (await PeekAsync(bus, guest)).Should().Equal("guest");
        (await PeekAsync(bus, usual)).Should().Equal("guest");
    }

    [Fact, Trait("Spec", "FM14")]
    public async Task The_usual_dead_letter_queue_is_known_by_its_own_name_too()
    {
        var bus = await ConsumeAsync((_, _, _) => throw new PermanentFailureException("no"));
        await PublishOrdersAsync(bus, "o1");
        await DeadLettersAsync(bus, 1);

        (await PeekAsync(bus, Topology.DeadLetterQueueOf(Queue))).Should().Equal("o1");
        await FluentActions.Awaiting(() => PeekAsync(bus, "nobody.dlq")).Should().ThrowAsync<InvalidOperationException>().WithMessage("*nobody.dlq*");
    }

    [Fact, Trait("Spec", "FM14")]
    public async Task What_the_broker_dead_letters_into_a_shared_queue_belongs_to_the_queue_that_it_comes_from()
    {
        var (one, two, target) = (Backend.Queue("one"), Backend.Queue("two"), Backend.Queue("graveyard"));
        var expiring = new QueueDeclaration(one) { MessageTimeToLive = TimeSpan.FromMilliseconds(1), DeadLetterExchange = "", DeadLetterRoutingKey = target };
        var bus = await StartBusAsync(m => m.AddTopology(Declared(two, target, "default exchange").Add(expiring)));
        await SendAsync(one, "o1");
        await HoldsInTimeAsync(() => Transport.CountAsync(target, Cancellation).GetAwaiter().GetResult()?.Ready == 1, "it expired");

        (await PeekAsync(bus, one)).Should().Equal("o1");
        (await PeekAsync(bus, two)).Should().BeEmpty();
    }

    [Safeguard("Copies go straight to the dead-letter queue", SwitchedOff = "`DeadLetterTarget.Of` publishes to the exchange that the queue names")]
    [Fact, Trait("Spec", "FM13")]
    public async Task No_copy_reaches_another_service_although_the_dead_letter_exchange_is_a_fanout()
    {
        var (exchange, theirs) = (Backend.Exchange("dlx"), Backend.Queue("theirs"));
        await DeclareAsync(Topology.Fanout(exchange, theirs));
        var ours = Topology.WorkQueue(new QueueDeclaration(Queue) { DeadLetterExchange = exchange });
        await DeclareAsync(ours.Around([Queue, Topology.DeadLetterQueueOf(Queue)]) is { } parts
            ? new[] { Queue, Topology.DeadLetterQueueOf(Queue) }.Aggregate(Topology.Empty, (sum, queue) => sum.Add(parts.QueuesByName[queue]))
            : Topology.Empty);
        var logs = new CollectingLogger();
        var transport = await StartServiceAsync();
        var bus = Own(await MessageBus.StartAsync(
            m => m.UseTransport(_ => transport).UseLoggerFactory(logs).UseTopologyMode(TopologyMode.Validate).AddTopology(ours)
                .AddMessage("order.created", ContractJson.Default.OrderCreated)
                .AddConsumer<OrderCreated>(Queue, (_, _, _) => throw new PermanentFailureException("no")),
            Cancellation));

        await SendAsync(Queue, "o1");

        await DeadLettersAsync(bus, 1);
        (await Transport.CountAsync(theirs, Cancellation))!.Value.Ready.Should().Be(0);
        logs.Entries.Should().Contain(entry => entry.Id == 2124 && entry.Text.Contains(exchange, StringComparison.Ordinal)
            && entry.Text.Contains("direct", StringComparison.Ordinal) && entry.Text.Contains("fanout", StringComparison.Ordinal));
    }

    [Fact, Trait("Spec", "FM13")]
    public async Task Another_dead_letter_exchange_is_declared_and_used_by_the_broker_too()
    {
        var (exchange, queue) = (Backend.Exchange("dlx"), Backend.Queue("expiring"));
        var bus = await StartBusAsync(m => m
            .UseDeadLetterExchange(exchange)
            .AddTopology(Topology.WorkQueue(new QueueDeclaration(queue) { MessageTimeToLive = TimeSpan.FromMilliseconds(1) })));

        await SendAsync(queue, "o1");

        await HoldsInTimeAsync(() => Transport.CountAsync(Topology.DeadLetterQueueOf(queue), Cancellation).GetAwaiter().GetResult()?.Ready == 1, "it expired");
        (await PeekAsync(bus, queue)).Should().Equal("o1");
    }

    private static async Task<IEnumerable<string?>> PeekAsync(MessageBus bus, string name)
        => (await bus.DeadLetters.PeekAsync(name, cancellationToken: Cancellation)).Select(letter => letter.MessageId);

    private Topology Declared(string queue, string target, string shape)
    {
        var exchange = shape == "default exchange" ? "" : Backend.Exchange("letters");
        var key = shape switch
        {
            "default exchange" => target,
            "fanout without a key" => null,
            _ => "dead.letter",
        };
        var topology = Topology.Empty
            .Add(new QueueDeclaration(queue) { DeadLetterExchange = exchange, DeadLetterRoutingKey = key })
            .Add(new QueueDeclaration(target));
        return shape switch
        {
            "default exchange" => topology,
            "direct" => topology.AddExchange(exchange, ExchangeKind.Direct).AddBinding(exchange, target, "dead.letter"),
            "topic" => topology.AddExchange(exchange, ExchangeKind.Topic).AddBinding(exchange, target, "dead.*"),
            _ => topology.AddExchange(exchange, ExchangeKind.Fanout).AddBinding(exchange, target),
        };
    }

    private async Task SendAsync(string queue, params string[] ids)
    {
        foreach (var id in ids)
        {
            var outcome = await PublishAsync(new Message { Id = id, Body = """{"order_id":"x"}"""u8.ToArray(), Type = "order.created" },
                Destination.ToQueue(queue));
            outcome.IsConfirmed.Should().BeTrue();
        }
    }
}
