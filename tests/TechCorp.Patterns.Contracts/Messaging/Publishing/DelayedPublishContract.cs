using System.Collections.Concurrent;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>A publish with a delay, on every transport: where it waits, and as what it arrives.</summary>
public abstract class DelayedPublishContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    private readonly ConcurrentQueue<MessageContext> _handled = [];
    private readonly List<Destination> _delayed = [];

    private string Exchange { get; set; } = "";

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Exchange = Backend.Exchange();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        foreach (var step in _delayed.SelectMany(destination => Enumerable.Range(-1, 12).Select(step => DelaySteps.NameOf(destination, step))))
        {
            await Backend.DeleteQueueAsync(step);
            await Backend.DeleteExchangeAsync(step);
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Safeguard("A delayed message keeps its routing key",
        SwitchedOff = "the queues of `DelaySteps` have a dead-letter routing key: no binding of the destination matches it, and the message never arrives")]
    [Theory, Trait("Spec", "FM21")]
    [InlineData(1)]
    [InlineData(2)] // the exchange of the last step sends it on
    [InlineData(2.5)] // through two queues
    public async Task It_arrives_at_its_exchange_with_its_key_and_with_all_that_it_says(double seconds)
    {
        var bus = await StartAsync();
        var options = new PublishOptions
        {
            Delay = TimeSpan.FromSeconds(seconds),
            MessageId = "m1",
            CorrelationId = "c1",
            Headers = new Dictionary<string, string> { ["tenant"] = "acme" },
        };

        await bus.Publisher.PublishAsync(new OrderCreated("o1"), ToExchange("order.created"), options, Cancellation);

        await HoldsInTimeAsync(() => !_handled.IsEmpty, "it has arrived");
        var context = _handled.Single();
        context.Should().BeEquivalentTo(new
        {
            MessageId = "m1",
            CorrelationId = "c1",
            Type = "order.created",
            Exchange,
            RoutingKey = "order.created",
            Attempt = 1,
            Redelivered = false,
        });
        context.Headers.Should().Contain("tenant", "acme");
    }

    [Theory, Trait("Spec", "FM21")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task It_arrives_at_a_queue_that_is_its_destination(int seconds)
    {
        var bus = await StartAsync();

        await bus.Publisher.PublishAsync(new OrderCreated("o1"), ToQueue(), new PublishOptions { Delay = TimeSpan.FromSeconds(seconds) }, Cancellation);

        await HoldsInTimeAsync(() => !_handled.IsEmpty, "it has arrived");
        _handled.Single().Should().BeEquivalentTo(new { Exchange = "", RoutingKey = Queue });
    }

    [Safeguard("Until its time has come a delayed message waits where no consumer is", SwitchedOff = "`MessagePublisher.SendAsync` does not look at the delay")]
    [Fact, Trait("Spec", "FM21")]
    public async Task Until_then_it_waits_in_the_queue_of_its_largest_step()
    {
        var bus = await StartAsync();
        var destination = ToExchange("order.created");

        await bus.Publisher.PublishAsync(new OrderCreated("o1"), destination, new PublishOptions { Delay = TimeSpan.FromMinutes(15) }, Cancellation);

        await HasReadyAsync($"{Exchange}.delay.512s", 1);
        _handled.Should().BeEmpty();
        (await Transport.CountAsync(DelaySteps.NameOf(destination, 10), Cancellation)).Should().BeNull("15 minutes need no larger step");
    }

    [Fact, Trait("Spec", "FM21")]
    public async Task What_fails_after_its_delay_is_a_dead_letter_like_any_other_and_can_be_redriven_to_its_exchange()
    {
        var healed = false;
        var bus = await StartAsync((_, _, _) => healed ? Task.CompletedTask : throw new PermanentFailureException("no"));
        await bus.Publisher.PublishAsync(new OrderCreated("o1"), ToExchange("order.created"), new PublishOptions { Delay = TimeSpan.FromSeconds(1) },
            Cancellation);

        var letter = (await DeadLettersAsync(bus, 1)).Single();

        letter.Should().BeEquivalentTo(new { Reason = "permanent-failure", OriginalExchange = Exchange, OriginalRoutingKey = "order.created", Attempts = 1 });
        letter.Headers.Keys.Should().NotContain(name => name.StartsWith("techcorp-delay-", StringComparison.Ordinal));
        healed = true;
        (await bus.DeadLetters.RedriveAsync(Queue, new RedriveOptions { ToOriginalDestination = true }, Cancellation)).Redriven.Should().Be(1);
        await HoldsInTimeAsync(() => _handled.Count == 2, "it is handled again, without a delay");
    }

    [Safeguard("A redrive never sends a message into the delay queues",
        SwitchedOff = "`DeadLetterReading` takes the queue that the broker named first")]
    [Theory, Trait("Spec", "FM21"), Trait("Spec", "FM14")]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task What_the_broker_gives_up_after_its_delay_is_redriven_to_the_queue_that_it_was_in(int seconds, bool toExchange)
    {
        var (queue, exchange) = (Backend.Queue("short"), Backend.Exchange("delayed"));
        var letters = Topology.DeadLetterQueueOf(queue);
        var bus = await StartBusAsync(m => m.AddTopology(Topology.Topic(exchange)
            .Add(new QueueDeclaration(queue) { Kind = QueueKind.Classic, MaxLength = 1, DeadLetterExchange = "", DeadLetterRoutingKey = letters })
            .Add(Topology.DeadLetterQueue(queue, QueueKind.Classic))
            .AddBinding(exchange, queue, "order.*")));
        var destination = Delayed(toExchange ? Destination.ToExchange(exchange, "order.created") : Destination.ToQueue(queue));
        var options = new PublishOptions { Delay = TimeSpan.FromSeconds(seconds), MessageId = "delayed" };
        await bus.Publisher.PublishAsync(new OrderCreated("o1"), destination, options, Cancellation);
        await HasReadyInTimeAsync(queue, 1);
        await PushOutAsync("second");

        var letter = (await bus.DeadLetters.PeekAsync(queue, cancellationToken: Cancellation)).Single();
        letter.Should().BeEquivalentTo(new { MessageId = "delayed", OriginalQueue = queue, Reason = "maxlen" });
        (await bus.DeadLetters.RedriveAsync(queue, cancellationToken: Cancellation)).Redriven.Should().Be(1);

        await HasReadyInTimeAsync(letters, 1);
        (await bus.DeadLetters.PeekAsync(queue, cancellationToken: Cancellation)).Single().MessageId.Should().Be("second", "the redriven one is in its place");
        await HasReadyAsync(queue, 1);

        async Task PushOutAsync(string id)
        {
            await bus.Publisher.PublishAsync(new OrderCreated("o2"), Destination.ToQueue(queue), new PublishOptions { MessageId = id }, Cancellation);
            await HasReadyInTimeAsync(letters, 1);
        }
    }

    [Safeguard("A delay queue that is deleted is declared again", SwitchedOff = "`DelayLadders.CheckAsync` does nothing")]
    [Theory, Trait("Spec", "FM21")]
    [InlineData(true, "delay.1s")]
    [InlineData(true, "delay.2s")]
    [InlineData(false, "queue-delay.last")]
    public async Task A_delay_queue_that_is_deleted_is_declared_again_so_that_no_delay_is_cut_short(bool toExchange, string step)
    {
        var bus = await StartAsync();
        var destination = toExchange ? ToExchange("order.created") : ToQueue();
        await bus.Publisher.PublishAsync(new OrderCreated("o1"), destination, new PublishOptions { Delay = TimeSpan.FromMinutes(1) }, Cancellation);
        var deleted = $"{(toExchange ? Exchange : Queue)}.{step}";

        await Backend.DeleteQueueAsync(deleted);

        await Eventually.Holds(
            async () =>
            {
                return await Transport.CountAsync(deleted, Cancellation) is not null;
            },
            "it is there again");
        await Eventually.Holds(
            async () =>
            {
                await bus.Publisher.PublishAsync(new OrderCreated("o2"), destination, new PublishOptions { Delay = TimeSpan.FromSeconds(3) }, Cancellation);
                await Backend.AdvanceAsync(TimeSpan.FromMilliseconds(100));
                return (await Transport.CountAsync(deleted, Cancellation))?.Ready > 0;
            },
            "messages wait in it again");
    }

    [Fact, Trait("Spec", "FM21")]
    public async Task A_batch_delays_each_message_by_its_own_delay()
    {
        var bus = await StartAsync();
        var catalog = bus.Publisher.Catalog;
        var later = new PublishOptions { Delay = TimeSpan.FromMinutes(10) }.ApplyTo(catalog.Create(new OrderCreated("later"), "later"));

        var outcomes = await bus.Publisher.TryPublishBatchAsync(
            [(later, ToQueue()), (catalog.Create(new OrderCreated("now"), "now"), ToQueue())], cancellationToken: Cancellation);

        outcomes.Should().OnlyContain(outcome => outcome.IsConfirmed);
        await HoldsInTimeAsync(() => !_handled.IsEmpty, "the other has arrived");
        _handled.Single().MessageId.Should().Be("now");
    }

    [Fact, Trait("Spec", "FM21")]
    public async Task Without_the_right_to_declare_the_ladder_must_be_there_and_the_outcome_says_so()
    {
        var bus = await StartAsync(mode: TopologyMode.Validate);
        var message = bus.Publisher.Catalog.Create(new OrderCreated("o1"));
        var options = new PublishOptions { Delay = TimeSpan.FromSeconds(3) };

        var missing = await bus.Publisher.TryPublishAsync(message, ToQueue(), options, Cancellation);
        await DeclareAsync(Topology.DelayLadder(ToQueue(), TimeSpan.FromSeconds(3)));
        var there = await bus.Publisher.TryPublishAsync(message, ToQueue(), options, Cancellation);

        missing.Should().Match<PublishOutcome>(it => it.Kind == PublishOutcomeKind.Rejected && !it.MayHaveBeenDelivered && it.Reason.Contains("delay"));
        there.IsConfirmed.Should().BeTrue(there.Reason);
    }

    [Fact, Trait("Spec", "FM21")]
    public async Task A_ladder_that_is_declared_ahead_is_the_one_that_a_publish_declares_and_can_grow()
    {
        var bus = await StartAsync();
        await DeclareAsync(Topology.DelayLadder(ToQueue(), TimeSpan.FromSeconds(3)));

        await bus.Publisher.PublishAsync(new OrderCreated("o1"), ToQueue(), new PublishOptions { Delay = TimeSpan.FromMinutes(3) }, Cancellation);
        var plan = await Transport.PlanAsync(Topology.DelayLadder(ToQueue(), TimeSpan.FromMinutes(3)), Cancellation);

        plan.Should().HaveCount(27).And.OnlyContain(change => change.Kind == TopologyChangeKind.Identical || change.Kind == TopologyChangeKind.Bind);
    }

    private Destination ToExchange(string key) => Delayed(Destination.ToExchange(Exchange, key));

    private Destination ToQueue() => Delayed(Destination.ToQueue(Queue));

    private Task HasReadyInTimeAsync(string queue, int count) => Eventually.Holds(
        async () =>
        {
            await Backend.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            return (await Transport.CountAsync(queue, Cancellation))?.Ready == count;
        },
        $"{count} wait in {queue}");

    private Destination Delayed(Destination destination)
    {
        _delayed.Add(destination);
        return destination;
    }

    private async Task<MessageBus> StartAsync(Func<OrderCreated, MessageContext, CancellationToken, Task>? handle = null,
        TopologyMode mode = TopologyMode.Create)
    {
        var topology = Topology.Topic(Exchange, ("order.*", Queue));
        await DeclareAsync(topology.Add(Topology.RetryLadder(Queue, Quick)));
        return await StartBusAsync(m => m.UseTopologyMode(mode).AddTopology(topology).AddConsumer<OrderCreated>(
            Queue,
            (order, context, cancellationToken) =>
            {
                _handled.Enqueue(context);
                return handle?.Invoke(order, context, cancellationToken) ?? Task.CompletedTask;
            },
            options => options.Policy = Quick));
    }
}
