using System.Collections.Concurrent;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>How consumers share, stop and pause, on every transport.</summary>
public abstract class ConsumerLifeContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    [Fact, Trait("Spec", "CN9")]
    public async Task A_stop_finishes_what_runs_and_gives_back_what_is_unstarted()
    {
        var gate = new TaskCompletionSource();
        var first = new ConcurrentQueue<string>();
        var bus = await ConsumeAsync((order, _, _) =>
        {
            first.Enqueue(order.OrderId);
            return gate.Task;
        });
        await PublishOrdersAsync(bus, [.. Enumerable.Range(0, 10).Select(i => $"o{i}")]);
        await Eventually.Holds(() => bus.Consumers.Status()[0] is { Running: 1, Waiting: 9 }, "one runs and nine wait");

        var stop = bus.StopAsync(Cancellation);
        await HasReadyAsync(Queue, 9);
        gate.SetResult();
        await stop;

        var second = new ConcurrentQueue<string>();
        var next = await ConsumeAsync((order, _, _) =>
        {
            second.Enqueue(order.OrderId);
            return Task.CompletedTask;
        });
        await Eventually.Holds(() => next.Consumers.Status()[0].Acknowledged == 9, "the others are handled by the next service");
        first.Should().Equal("o0");
        second.Should().BeEquivalentTo(Enumerable.Range(1, 9).Select(i => $"o{i}"), "none twice, none lost");
    }

    [Fact, Trait("Spec", "CN10")]
    public async Task After_the_stop_timeout_messages_of_running_handlers_are_delivered_again()
    {
        var running = new TaskCompletionSource();
        var bus = await ConsumeAsync(async (_, _, token) =>
        {
            running.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        });
        await PublishOrdersAsync(bus, "o1");
        await Eventually.Ends(running.Task, "the handler runs");

        await bus.StopAsync(new CancellationToken(canceled: true));

        var handled = new TaskCompletionSource<string>();
        await ConsumeAsync((order, _, _) =>
        {
            handled.TrySetResult(order.OrderId);
            return Task.CompletedTask;
        });
        (await Eventually.Ends(handled.Task, "the message comes again")).Should().Be("o1");
    }

    [Fact, Trait("Spec", "CN14")]
    public async Task At_concurrency_1_the_queues_order_is_kept()
    {
        var handled = new ConcurrentQueue<string>();
        var bus = await ConsumeAsync(async (order, _, _) =>
        {
            await Task.Yield();
            handled.Enqueue(order.OrderId);
        });
        var ids = Enumerable.Range(0, 100).Select(i => $"o{i}").ToArray();

        await PublishOrdersAsync(bus, ids);

        await Eventually.Holds(() => handled.Count == 100, "all are handled");
        handled.Should().Equal(ids);
    }

    [Fact, Trait("Spec", "CN14")]
    public async Task What_a_stop_gives_back_comes_before_what_was_behind_it()
    {
        var gate = new TaskCompletionSource();
        var handled = new ConcurrentQueue<string>();
        var bus = await ConsumeAsync(
            (order, _, _) =>
            {
                handled.Enqueue(order.OrderId);
                return gate.Task;
            },
            o => o.Prefetch = 5);
        var ids = Enumerable.Range(0, 20).Select(i => $"o{i}").ToArray();
        await PublishOrdersAsync(bus, ids);
        await Eventually.Holds(() => bus.Consumers.Status()[0] is { Running: 1, Waiting: 4 }, "one runs and four wait");

        var stop = bus.StopAsync(Cancellation);
        await HasReadyAsync(Queue, 19);
        gate.SetResult();
        await stop;

        await ConsumeAsync((order, _, _) =>
        {
            handled.Enqueue(order.OrderId);
            return Task.CompletedTask;
        });
        await Eventually.Holds(() => handled.Count == 20, "all are handled");
        handled.Should().Equal(ids);
    }

    [Fact, Trait("Spec", "CN14")]
    public async Task With_an_ordering_key_each_keys_order_is_kept_and_no_key_runs_twice_at_once()
    {
        var handled = new ConcurrentDictionary<string, ConcurrentQueue<int>>();
        var running = new ConcurrentDictionary<string, int>();
        var overlaps = 0;
        var bus = await ConsumeAsync(
            async (order, _, _) =>
            {
                var (key, number) = (order.OrderId[..1], int.Parse(order.OrderId[1..], System.Globalization.CultureInfo.InvariantCulture));
                overlaps += running.AddOrUpdate(key, 1, (_, count) => count + 1) > 1 ? 1 : 0;
                await Task.Yield();
                handled.GetOrAdd(key, _ => new()).Enqueue(number);
                running.AddOrUpdate(key, 0, (_, count) => count - 1);
            },
            o =>
            {
                o.Concurrency = 8;
                o.OrderingKey = context => context.MessageId![..1];
            });

        await PublishOrdersAsync(bus, [.. Enumerable.Range(0, 90).Select(i => $"{"abc"[i % 3]}{i}")]);

        await Eventually.Holds(() => bus.Consumers.Status()[0].Acknowledged == 90, "all are acknowledged");
        overlaps.Should().Be(0);
        handled.Values.Should().HaveCount(3).And.OnlyContain(numbers => numbers.SequenceEqual(numbers.Order()));
    }

    [Fact, Trait("Spec", "CN15")]
    public async Task Two_workers_share_a_queue_and_a_slow_one_with_prefetch_1_holds_back_one()
    {
        var gate = new TaskCompletionSource();
        var slow = new ConcurrentQueue<string>();
        var quick = new ConcurrentQueue<string>();
        var slowBus = await ConsumeAsync(
            (order, _, _) =>
            {
                slow.Enqueue(order.OrderId);
                return gate.Task;
            },
            o => o.Prefetch = 1);
        await PublishOrdersAsync(slowBus, "o0");
        await Eventually.Holds(() => slow.Count == 1, "the slow worker has one");
        var quickBus = await ConsumeAsync((order, _, _) =>
        {
            quick.Enqueue(order.OrderId);
            return Task.CompletedTask;
        });

        await PublishOrdersAsync(quickBus, [.. Enumerable.Range(1, 20).Select(i => $"o{i}")]);

        await Eventually.Holds(() => quickBus.Consumers.Status()[0].Acknowledged == 20, "the quick worker has all the others");
        gate.SetResult();
        await Eventually.Holds(() => slowBus.Consumers.Status()[0].Acknowledged == 1, "the slow worker ends");
        slow.Concat(quick).Should().OnlyHaveUniqueItems().And.HaveCount(21);
    }

    [Fact, Trait("Spec", "CN16")]
    public async Task Fanout_gives_each_service_each_event_once_and_a_late_one_later_events_only()
    {
        var exchange = Backend.Exchange();
        string[] queues = [Backend.Queue("inventory"), Backend.Queue("notification"), Backend.Queue("late")];
        var seen = new ConcurrentQueue<string>();
        var bus = await StartFanoutAsync(queues[..2]);
        await PublishAsync("o1");
        await Eventually.Holds(() => seen.Count == 2, "two services have the first event");

        await StartFanoutAsync(queues[2..]);
        await PublishAsync("o2");

        await Eventually.Holds(() => seen.Count == 5, "three services have the second event");
        seen.Should().BeEquivalentTo($"{queues[0]} o1", $"{queues[1]} o1", $"{queues[0]} o2", $"{queues[1]} o2", $"{queues[2]} o2");

        Task PublishAsync(string id) => bus.Publisher.PublishAsync(new OrderCreated(id), Destination.ToExchange(exchange), cancellationToken: Cancellation);

        Task<MessageBus> StartFanoutAsync(string[] names) => StartBusAsync(m =>
        {
            m.AddTopology(Topology.Fanout(exchange, names));
            foreach (var name in names)
            {
                m.AddConsumer<OrderCreated>(
                    name,
                    (order, context, _) =>
                    {
                        seen.Enqueue($"{context.Queue} {order.OrderId}");
                        return Task.CompletedTask;
                    },
                    o => o.Policy = Quick);
            }
        });
    }

    [Fact, Trait("Spec", "CN19")]
    public async Task Nothing_is_handled_while_paused_and_nothing_is_lost()
    {
        var handled = new ConcurrentQueue<string>();
        var bus = await ConsumeAsync((order, _, _) =>
        {
            handled.Enqueue(order.OrderId);
            return Task.CompletedTask;
        });

        await bus.Consumers.PauseAsync(Queue, Cancellation);
        await PublishOrdersAsync(bus, "o1", "o2", "o3");

        await HasReadyAsync(Queue, 3);
        handled.Should().BeEmpty();
        bus.Consumers.Status()[0].State.Should().Be(ConsumerState.Paused);
        await bus.Consumers.ResumeAsync(Queue, Cancellation);
        await Eventually.Holds(() => bus.Consumers.Status()[0].Acknowledged == 3, "all are handled after it");
        handled.Should().Equal("o1", "o2", "o3");
    }
}
