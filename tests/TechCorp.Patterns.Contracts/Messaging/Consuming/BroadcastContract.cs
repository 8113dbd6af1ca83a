using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>A queue for each process: each gets each message, and nothing is left of a process that has ended.</summary>
public abstract class BroadcastContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    private readonly ConcurrentQueue<string> _handled = new();
    private string _exchange = "";
    private string _queue = "";

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _exchange = Backend.Exchange();
        _queue = Topology.BroadcastQueueOf(_exchange);
    }

    [Safeguard("Each process has its own queue", SwitchedOff = "the broker's name of the queue without the transport's id")]
    [Fact, Trait("Spec", "FM20")]
    public async Task Each_of_three_services_gets_each_message_once_and_nothing_is_left_of_them()
    {
        MessageBus[] services = [(await ServiceAsync("a")).Bus, (await ServiceAsync("b")).Bus, (await ServiceAsync("c")).Bus];
        await PublishAsync(services[0], "o1", "o2");

        await Eventually.Holds(() => _handled.Count == 6, "each got both");
        _handled.Order(StringComparer.Ordinal).Should().Equal("a o1", "a o2", "b o1", "b o2", "c o1", "c o2");
        services[0].Consumers.Status().Single().Queue.Should().Be(_queue, "operators know it by the name that is the same everywhere");
        foreach (var service in services)
        {
            await service.StopAsync(Cancellation);
        }

        await LeftAsync("no queue is bound any more");
    }

    [Safeguard("A queue of one connection is declared again on the next", SwitchedOff = "`RabbitMqTransport.PrepareAsync` declares nothing")]
    [Fact, Trait("Spec", "FM20")]
    public async Task After_a_lost_connection_it_gets_what_is_published_from_then_on()
    {
        var (bus, transport) = await ServiceAsync("a");
        for (var i = 0; i < 3; i++)
        {
            await Backend.CutAsync(transport);
            await Eventually.Holds(
                async () =>
                {
                    await PublishAsync(bus, $"o{i}");
                    return _handled.Contains($"a o{i}");
                },
                "the queue is there again");
        }

        await bus.StopAsync(Cancellation);
        await LeftAsync("the queues of lost connections are gone too");
    }

    [Fact, Trait("Spec", "FM20")]
    public async Task A_pause_deletes_the_queue_and_a_resume_declares_it_again()
    {
        var (bus, _) = await ServiceAsync("a");
        await bus.Consumers.PauseAsync(_queue, Cancellation);
        await LeftAsync("it is deleted with its consumer");

        await bus.Consumers.ResumeAsync(_queue, Cancellation);
        await PublishAsync(bus, "o2");

        await Eventually.Holds(() => !_handled.IsEmpty, "it is handled");
        _handled.Should().Equal("a o2");
    }

    [Safeguard("What fails in a broadcast is dropped", SwitchedOff = "`DeliveryProcessor` dead-letters it")]
    [Fact, Trait("Spec", "FM20")]
    public async Task What_its_handler_fails_at_is_logged_counted_and_dropped()
    {
        var logs = new CollectingLogger();
        var (bus, _) = await ServiceAsync("a", m => m.UseLoggerFactory(logs), _ => throw new InvalidOperationException("no cache"),
            o => o.Policy = new DeliveryPolicy { ImmediateAttempts = 3, Delays = [] });

        await PublishAsync(bus, "o1");

        await HoldsInTimeAsync(() => bus.Consumers.Status()[0].Discarded == 1, "it is dropped");
        _handled.Should().HaveCount(3, "it had its attempts");
        logs.Entries.Should().ContainSingle(entry => entry.Id == 2151 && entry.Level == LogLevel.Error
            && entry.Text.Contains("no cache", StringComparison.Ordinal));
        (await bus.DeadLetters.CountAsync(Cancellation)).Should().BeEmpty("it has no dead letters");
    }

    [Theory, Trait("Spec", "FM20")]
    [InlineData(TopologyMode.Validate)]
    [InlineData(TopologyMode.Assume)]
    public async Task The_queue_is_declared_by_its_process_also_where_the_topology_is_managed_elsewhere(TopologyMode mode)
    {
        await DeclareAsync(Topology.Fanout(_exchange));
        var (bus, _) = await ServiceAsync("a", m => m.UseTopologyMode(mode));

        await PublishAsync(bus, "o1");

        await Eventually.Holds(() => _handled.Contains("a o1"), "it is handled");
    }

    [Fact, Trait("Spec", "FM20")]
    public async Task A_pattern_makes_it_a_topic_subscription_for_each_process()
    {
        var (bus, _) = await ServiceAsync("a", pattern: "cache.#");

        await PublishAsync(bus, Destination.ToExchange(_exchange, "cache.prices"), "o1");

        await Eventually.Holds(() => _handled.Contains("a o1"), "it is handled");
        (await TryAsync(bus, Destination.ToExchange(_exchange, "other"))).Kind.Should().Be(PublishOutcomeKind.Returned);
    }

    [Fact, Trait("Spec", "FM20")]
    public async Task A_plan_says_that_each_process_makes_it()
    {
        var changes = await Transport.PlanAsync(Topology.Broadcast(_exchange), Cancellation);

        changes.Should().Contain(change => change.Subject == $"queue '{_queue}'" && change.Kind == TopologyChangeKind.Create);
        (await ServiceAsync("a")).Bus.Should().NotBeNull("the plan has left nothing behind that is in the way");
    }

    private Task<(MessageBus Bus, ITransport Transport)> ServiceAsync(string name, string pattern)
        => ServiceAsync(name, null, null, null, pattern);

    private async Task<(MessageBus Bus, ITransport Transport)> ServiceAsync(string name, Action<MessagingBuilder>? configure = null,
        Action<string>? handle = null, Action<ConsumerOptions>? options = null, string? pattern = null)
    {
        var transport = await StartServiceAsync();
        var bus = Own(await MessageBus.StartAsync(
            m =>
            {
                m.UseTransport(_ => transport).UseAppId(name)
                    .AddTopology(Topology.Broadcast(_exchange, pattern))
                    .AddMessage("order.created", ContractJson.Default.OrderCreated, Destination.ToExchange(_exchange))
                    .AddConsumer<OrderCreated>(
                        _queue,
                        (order, _, _) =>
                        {
                            _handled.Enqueue($"{name} {order.OrderId}");
                            handle?.Invoke(order.OrderId);
                            return Task.CompletedTask;
                        },
                        options);
                configure?.Invoke(m);
            },
            Cancellation));
        return (bus, transport);
    }

    private Task PublishAsync(MessageBus bus, params string[] ids) => PublishAsync(bus, Destination.ToExchange(_exchange), ids);

    private static async Task PublishAsync(MessageBus bus, Destination destination, params string[] ids)
    {
        foreach (var id in ids)
        {
            await bus.Publisher.PublishAsync(new OrderCreated(id), destination, new PublishOptions { UnroutableBehavior = UnroutableBehavior.Accept },
                Cancellation);
        }
    }

    private static ValueTask<PublishOutcome> TryAsync(MessageBus bus, Destination destination)
        => bus.Publisher.TryPublishAsync(TextMessage.Of("x"), destination, cancellationToken: Cancellation);

    private Task LeftAsync(string because) => Eventually.Holds(
        async () => (await PublishAsync(TextMessage.Of("x"), Destination.ToExchange(_exchange))).Kind == PublishOutcomeKind.Returned, because);
}
