using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Brokers that die and come back, with messages in them. Each test has its own servers.</summary>
[Collection(nameof(BrokerControl))]
public sealed class RabbitMqNodeLossTests
{
    private const int Callers = 8;
    private const int Step = 200;
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Safeguard("The queue is replicated", SwitchedOff = "the test declares a classic queue and kills its node")]
    [Safeguard("A channel that only refuses is replaced",
        SwitchedOff = "`PublishConfirms.Confirm` never replaces the channel: the broker refused everything on it for 25 s after the queue had a new leader")]
    [Fact, Trait("Spec", "TP7")]
    public Task Killing_the_leaders_node_under_load_loses_nothing_and_publishing_and_consuming_go_on() => LoseLeadersAsync(kills: 1);

    [Fact, Trait("Spec", "TP7"), Trait("Category", "Soak")]
    public Task Killing_the_leaders_node_ten_times_under_load_loses_nothing() => LoseLeadersAsync(kills: 10);

    [Safeguard("Messages are persistent", SwitchedOff = "`AmqpProperties` sets the delivery mode transient")]
    [Fact, Trait("Spec", "RY3")]
    public async Task Restarting_the_broker_while_messages_wait_for_their_delayed_attempt_loses_none()
    {
        const int Messages = 60;
        await using var broker = await PrivateBroker.StartAsync();
        var handled = new ConcurrentDictionary<string, int>();
        var policy = new DeliveryPolicy { ImmediateAttempts = 1, Delays = [TimeSpan.FromSeconds(10)] };
        await using var bus = await MessageBus.StartAsync(
            m => m.UseRabbitMq(o => o.Uris = [broker.Nodes[0]])
                .AddMessage("order.created", TestJson.Default.OrderCreated)
                .AddTopology(Topology.WorkQueue("quorum"))
                .AddTopology(Topology.WorkQueue(new QueueDeclaration("classic") { Kind = QueueKind.Classic }))
                .AddConsumer<OrderCreated>("quorum", FailOnceAsync, o => o.Policy = policy)
                .AddConsumer<OrderCreated>("classic", FailOnceAsync, o => o.Policy = policy),
            Cancellation);
        await using var transport = await ConnectAsync([broker.Nodes[0]]);
        for (var i = 0; i < Messages; i++)
        {
            var queue = i % 2 == 0 ? "quorum" : "classic";
            await bus.Publisher.PublishAsync(new OrderCreated($"{queue} {i}"), Destination.ToQueue(queue), cancellationToken: Cancellation);
        }

        await Eventually.Holds(async () => await WaitingAsync(transport) == Messages, "all wait in the delay queues");
        handled.Should().BeEmpty();

        await broker.RestartAsync();

        await Eventually.Holds(() => handled.Count == Messages, "each is handled in its second attempt", Deadline);

        Task FailOnceAsync(OrderCreated order, MessageContext context, CancellationToken cancellationToken)
            => context.Attempt == 1
                ? throw new InvalidOperationException("not yet")
                : Task.FromResult(handled.AddOrUpdate(order.Id, 1, static (_, times) => times + 1));
    }

    [Fact, Trait("Spec", "FM21")]
    public async Task Restarting_the_broker_while_messages_are_delayed_loses_none()
    {
        const int Messages = 40;
        await using var broker = await PrivateBroker.StartAsync();
        var handled = new ConcurrentDictionary<string, string>();
        await using var bus = await MessageBus.StartAsync(
            m => m.UseRabbitMq(o => o.Uris = [broker.Nodes[0]])
                .AddMessage("order.created", TestJson.Default.OrderCreated, Destination.ToExchange("orders", "order.created"))
                .AddTopology(Topology.Topic("orders", ("order.*", "quorum")))
                .AddConsumer<OrderCreated>("quorum", (order, context, _) =>
                {
                    handled[order.Id] = $"{context.Exchange} {context.RoutingKey}";
                    return Task.CompletedTask;
                }),
            Cancellation);
        for (var i = 0; i < Messages; i++)
        {
            await bus.Publisher.PublishAsync(new OrderCreated($"{i}"), new PublishOptions { Delay = TimeSpan.FromSeconds(9) }, Cancellation);
        }

        await broker.RestartAsync();

        await Eventually.Holds(() => handled.Count == Messages, "each has arrived", Deadline);
        handled.Values.Should().OnlyContain(route => route == "orders order.created");
    }

    private static async Task<long> WaitingAsync(ITransport transport)
        => (await transport.CountAsync("quorum.retry.10s", Cancellation))!.Value.Ready
            + (await transport.CountAsync("classic.retry.10s", Cancellation))!.Value.Ready;

    private static async Task LoseLeadersAsync(int kills)
    {
        const string Queue = "orders";
        await using var cluster = await PrivateBroker.StartAsync(cluster: true);
        await using var transport = await ConnectAsync(cluster.Nodes);
        await transport.DeclareAsync(Topology.WorkQueue(Queue), TopologyMode.Create, Cancellation);
        var (confirmed, consumed) = (new ConcurrentDictionary<string, bool>(), new ConcurrentDictionary<string, bool>());
        await using var source = await ConsumeAsync(transport, Queue, consumed);
        using var over = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(caller => PublishUntilAsync(transport, Queue, caller, confirmed, over.Token)).ToList();

        var running = 1;
        for (var kill = 1; kill <= kills; kill++)
        {
            var leader = await cluster.LeaderAsync(Queue, running);
            await FlowsAsync("messages flow before the kill");

            await cluster.KillAsync(leader);

            await FlowsAsync("publishing and consuming go on with two nodes");
            running = leader % cluster.Nodes.Count + 1;
            if (kill < kills)
            {
                await cluster.StartNodeAsync(leader);
            }
        }

        await over.CancelAsync();
        await Eventually.Ends(Task.WhenAll(callers), "every publish is confirmed", Deadline);
        await Eventually.Holds(() => consumed.Count == confirmed.Count, "everything that was confirmed is consumed", Deadline);
        consumed.Keys.Except(confirmed.Keys).Should().BeEmpty("every publish was confirmed in the end");

        Task FlowsAsync(string because)
        {
            var (published, received) = (confirmed.Count, consumed.Count);
            return Eventually.Holds(() => confirmed.Count >= published + Step && consumed.Count >= received + Step, because, Deadline);
        }
    }

    private static async Task PublishUntilAsync(ITransport transport, string queue, int caller, ConcurrentDictionary<string, bool> confirmed,
        CancellationToken over)
    {
        for (var i = 0; !over.IsCancellationRequested; i++)
        {
            var text = $"{caller}:{i}";
            while (!(await transport.PublishAsync(TextMessage.Of(text), Destination.ToQueue(queue), UnroutableBehavior.Fail, PublishTimeout,
                Cancellation)).IsConfirmed)
            {
                // Published again, as the outbox does: RabbitMQ refuses what comes while the queue has no leader.
            }

            confirmed[text] = true;
        }
    }

    private static async Task<IDeliverySource> ConsumeAsync(ITransport transport, string queue, ConcurrentDictionary<string, bool> consumed)
    {
        var started = new TaskCompletionSource<IDeliverySource>(TaskCreationOptions.RunContinuationsAsynchronously);
        var source = await transport.ConsumeAsync(queue, 50, delivery =>
        {
            consumed[delivery.Text()] = true;
            _ = Task.Run(async () => (await started.Task).TrySettle(delivery, Settlement.Acknowledge));
        }, Cancellation);
        started.SetResult(source);
        return source;
    }

    private static async Task<RabbitMqTransport> ConnectAsync(IReadOnlyList<Uri> nodes)
    {
        var options = new RabbitMqOptions
        {
            Uris = [.. nodes],
            ReconnectDelay = TimeSpan.FromMilliseconds(20),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(500),
        };
        var transport = new RabbitMqTransport(options, new PublisherOptions(), "tests", TimeProvider.System, NullLogger.Instance);
        await transport.StartAsync(Cancellation);
        return transport;
    }
}
