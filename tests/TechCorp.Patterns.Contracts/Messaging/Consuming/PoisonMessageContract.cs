using System.Collections.Concurrent;
using System.Text;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>A message that ends its process, and healthy messages that come back often: only the former is given up, on every transport.</summary>
public abstract class PoisonMessageContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    private const int Limit = 2;

    private readonly ConcurrentDictionary<string, int> _starts = new();
    private readonly ConcurrentQueue<string> _handled = new();
    private readonly TaskCompletionSource _never = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _died;
    private int _running;
    private int _overlaps;

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _never.TrySetResult(); // the handlers of dead processes end, so that their buses can be disposed
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Safeguard("A message over the redelivery limit is not given up unhandled", SwitchedOff = "`AttemptRunner` takes it as found without a record")]
    [Safeguard("A message that ends its process is given up", SwitchedOff = "`IsolatedRecords.WriteAsync` does not look for a record")]
    [Theory, Trait("Spec", "FM2"), Trait("Spec", "FV2"), Trait("Spec", "CN13")]
    [InlineData(1, "o0")]
    [InlineData(1, "o7", "o9")]
    [InlineData(4, "o0")]
    public async Task A_message_that_ends_its_process_is_given_up_and_those_held_beside_it_are_handled(int concurrency, params string[] poison)
    {
        await DeclareAsync(Topology.WorkQueue(Queue));
        string[] ids = [.. Enumerable.Range(0, 15 + poison.Length).Select(i => $"o{i}")];
        var publisher = await StartBusAsync(_ => { });
        await PublishOrdersAsync(publisher, ids);

        var (dead, life) = (0, 0);
        for (; dead < poison.Length; life++)
        {
            life.Should().BeLessThan((Limit + 2) * poison.Length + 2, "the starts are bounded");
            dead += await LiveAsync(concurrency, poison, () => _handled.Distinct().Count() == 15 && dead == poison.Length);
        }

        await LiveAsync(concurrency, poison, () => _handled.Distinct().Count() == 15);
        _handled.Distinct().Should().BeEquivalentTo(ids.Except(poison));
        _handled.Should().HaveCountLessThanOrEqualTo(15 + ((concurrency - 1) * life), "what ran when a process ended may run again, and nothing else");
        var letters = await DeadLettersAsync(publisher, poison.Length);
        letters.Select(letter => letter.MessageId).Should().BeEquivalentTo(poison);
        letters.Should().OnlyContain(letter => letter.Reason == "redelivery-limit" && letter.Attempts >= 1 && letter.Redeliveries > Limit);
        _starts.Where(start => poison.Contains(start.Key)).Should().OnlyContain(start => start.Value <= Limit + 2);
        (await Transport.CountAsync(Queue, Cancellation))!.Value.Ready.Should().Be(0);
    }

    [Safeguard("A message over the redelivery limit is not given up unhandled")]
    [Fact, Trait("Spec", "FM2"), Trait("Spec", "CN13")]
    public async Task Healthy_messages_are_handled_however_often_the_consumer_was_paused()
    {
        var turns = new SemaphoreSlim(0);
        var running = 0;
        var bus = await ConsumeAsync(
            async (order, _, _) =>
            {
                Interlocked.Increment(ref running);
                await turns.WaitAsync(Cancellation);
                Interlocked.Decrement(ref running);
                _handled.Enqueue(order.OrderId);
            },
            o => o.Prefetch = 64);
        await PublishOrdersAsync(bus, [.. Enumerable.Range(0, 100).Select(i => $"o{i}")]);

        for (var i = 0; i < 30; i++)
        {
            await Eventually.Holds(() => Volatile.Read(ref running) == 1 && bus.Consumers.Status()[0].Waiting > 0, "one is handled and others wait");
            var pause = bus.Consumers.PauseAsync(Queue, Cancellation);
            turns.Release();
            await Eventually.Ends(pause, "the consumer is paused");
            await bus.Consumers.ResumeAsync(Queue, Cancellation);
        }

        turns.Release(100);
        await Eventually.Holds(() => _handled.Count >= 100, "all are handled");
        _handled.Should().OnlyHaveUniqueItems();
        (await bus.DeadLetters.PeekAsync(Queue, cancellationToken: Cancellation)).Should().BeEmpty();
    }

    [Safeguard("A message over the redelivery limit is handled alone", SwitchedOff = "`AttemptGate` lets others enter and waits for none")]
    [Fact, Trait("Spec", "FM2"), Trait("Spec", "CN13")]
    public async Task A_message_over_the_limit_is_handled_while_no_other_handler_runs()
    {
        await DeclareAsync(Topology.WorkQueue(Queue));
        var publisher = await StartBusAsync(_ => { });
        await PublishOrdersAsync(publisher, [.. Enumerable.Range(0, 8).Select(i => $"o{i}")]);
        await RedeliverAsync(4);

        await ConsumeAsync(HandleWatchedAsync, o => (o.Concurrency, o.RedeliveryLimit) = (4, Limit));

        await Eventually.Holds(() => _handled.Count == 8, "all are handled");
        _overlaps.Should().Be(0);
    }

    [Safeguard("A message without a record is not given up", SwitchedOff = "`AttemptRunner` takes a record that cannot be written as found")]
    [Theory, Trait("Spec", "FM2")]
    [InlineData(QueueKind.Classic, TopologyMode.Assume)]
    [InlineData(QueueKind.Classic, TopologyMode.Validate)]
    [InlineData(QueueKind.Quorum, TopologyMode.Assume)]
    public async Task Without_a_queue_for_its_record_a_message_over_the_limit_is_handled_alone(QueueKind kind, TopologyMode mode)
    {
        var topology = Topology.WorkQueue(new QueueDeclaration(Queue) { Kind = kind });
        await DeclareAsync(topology);
        for (var i = 0; i < 8; i++)
        {
            (await PublishAsync(OrderMessage($"o{i}"), Destination.ToQueue(Queue))).IsConfirmed.Should().BeTrue();
        }

        await RedeliverAsync(8);
        var transport = await StartServiceAsync();
        Own(await MessageBus.StartAsync(
            m => m.UseTransport(_ => transport)
                .UseAppId("contract")
                .UseTopologyMode(mode)
                .AddTopology(topology)
                .AddMessage("order.created", ContractJson.Default.OrderCreated, Destination.ToQueue(Queue))
                .AddConsumer<OrderCreated>(Queue, HandleWatchedAsync,
                    o => (o.Concurrency, o.RedeliveryLimit, o.Policy) = (4, Limit, DeliveryPolicy.NoRetry)),
            Cancellation));

        await Eventually.Holds(() => _handled.Count == 8, "all are handled");
        _overlaps.Should().Be(0);
        (await Transport.CountAsync(Topology.DeadLetterQueueOf(Queue), Cancellation))!.Value.Ready.Should().Be(0);
    }

    [Fact, Trait("Spec", "FV3")]
    public async Task A_handler_sees_how_often_its_message_was_delivered_before()
    {
        await DeclareAsync(Topology.WorkQueue(Queue));
        await PublishOrdersAsync(await StartBusAsync(_ => { }), "o1");
        for (var i = 0; i < 3; i++)
        {
            await using var reader = await Transport.OpenReaderAsync(Queue, Cancellation);
            var delivery = await Eventually.Returns(() => reader.GetAsync(Cancellation), "the message is there");
            (await reader.SettleAsync(delivery, Settlement.Requeue, Cancellation)).Should().BeTrue();
        }

        var seen = new TaskCompletionSource<(bool Redelivered, int? Redeliveries)>();
        await ConsumeAsync((_, context, _) =>
        {
            seen.TrySetResult((context.Redelivered, context.Redeliveries));
            return Task.CompletedTask;
        });

        (await Eventually.Ends(seen.Task, "it is handled")).Should().Be((true, 3));
    }

    private static Message OrderMessage(string id)
        => new() { Id = id, Type = "order.created", Body = Encoding.UTF8.GetBytes($$"""{"order_id":"{{id}}"}""") };

    /// <summary>The first messages of the queue are delivered once more than the limit, and come back.</summary>
    private async Task RedeliverAsync(int count)
    {
        for (var i = 0; i <= Limit; i++)
        {
            await using var reader = await Transport.OpenReaderAsync(Queue, Cancellation);
            for (var got = 0; got < count; got++)
            {
                await Eventually.Returns(() => reader.GetAsync(Cancellation), "the message is there");
            }
        }
    }

    /// <summary>Counts how often a message over the limit runs beside another.</summary>
    private async Task HandleWatchedAsync(OrderCreated order, MessageContext context, CancellationToken token)
    {
        var beside = Interlocked.Increment(ref _running) - 1;
        var isOverLimit = context.Redelivered && (context.Redeliveries ?? int.MaxValue) > Limit;
        if (beside > 0 && isOverLimit)
        {
            Interlocked.Increment(ref _overlaps);
        }

        for (var steps = 0; steps < 100; steps++)
        {
            await Task.Yield();
        }

        if (Volatile.Read(ref _running) > 1 && isOverLimit)
        {
            Interlocked.Increment(ref _overlaps);
        }

        Interlocked.Decrement(ref _running);
        _handled.Enqueue(order.OrderId);
    }

    /// <summary>One process, from its start to its end by a message, or until there is nothing left to do; says how many messages it gave up.</summary>
    private async Task<int> LiveAsync(int concurrency, string[] poison, Func<bool> isDone)
    {
        _died = false;
        var transport = await StartServiceAsync();
        var bus = await ConsumeAsync(
            async (order, _, _) =>
            {
                _starts.AddOrUpdate(order.OrderId, 1, static (_, count) => count + 1);
                if (poison.Contains(order.OrderId))
                {
                    _died = true;
                    await _never.Task;
                }

                _handled.Enqueue(order.OrderId);
            },
            o => (o.Concurrency, o.RedeliveryLimit) = (concurrency, Limit),
            transport);
        await Eventually.Holds(() => _died || bus.Consumers.Status()[0] is { DeadLettered: > 0, Waiting: 0, Running: 0 } || isDone(),
            "the process ends, or is idle");
        var dead = (int)bus.Consumers.Status()[0].DeadLettered;
        await transport.DisposeAsync(); // its handlers settle nothing any more, and what it holds goes back
        return dead;
    }
}
