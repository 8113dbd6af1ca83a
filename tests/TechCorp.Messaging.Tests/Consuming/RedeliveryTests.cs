using System.Collections.Concurrent;
using System.Collections.Frozen;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class RedeliveryTests
{
    [Safeguard("Another queue's attempts do not count", SwitchedOff = "`DeliveryFacts.AttemptsBefore` returns the header's number")]
    [Theory, Trait("Spec", "FM7"), Trait("Spec", "FV3")]
    [InlineData(MessageHeaders.OriginalQueue, "elsewhere", 1)]
    [InlineData(MessageHeaders.Reason, "attempts-exhausted", 1)]
    [InlineData(MessageHeaders.OriginalQueue, EngineFixture.Queue, 5)]
    [InlineData("tenant", "acme", 5)]
    public async Task Attempts_count_only_when_this_queue_counted_them_and_the_message_was_not_given_up(string header, string value, int attempt)
    {
        var seen = new TaskCompletionSource<int>();
        await using var engine = await EngineFixture.StartAsync((_, context, _) =>
        {
            seen.TrySetResult(context.Attempt);
            return Task.CompletedTask;
        });

        engine.Source.Deliver("m1", headers: new() { [MessageHeaders.Attempt] = "4", [header] = value });

        (await Eventually.Ends(seen.Task, "it is handled")).Should().Be(attempt);
    }

    [Fact, Trait("Spec", "FM7")]
    public async Task A_dead_letter_that_was_moved_back_by_hand_has_all_its_attempts_and_no_old_reason()
    {
        await using var engine = await EngineFixture.StartAsync((_, _, _) => throw new InvalidOperationException("no"));

        engine.Source.Deliver("m1", headers: new()
        {
            [MessageHeaders.Attempt] = "5",
            [MessageHeaders.OriginalQueue] = EngineFixture.Queue,
            [MessageHeaders.Reason] = "attempts-exhausted",
            [MessageHeaders.Redeliveries] = "3",
        });

        await engine.Log.ContainsAsync("publish orders.retry.1s", "Acknowledge m1");
        engine.Transport.Published.Single().Message.Headers.Should().Contain(MessageHeaders.Attempt, "1")
            .And.NotContainKey(MessageHeaders.Reason).And.NotContainKey(MessageHeaders.Redeliveries);
    }

    [Theory, Trait("Spec", "FV3")]
    [InlineData(QueueKind.Quorum, false, 0)]
    [InlineData(QueueKind.Quorum, true, 7)]
    [InlineData(QueueKind.Classic, false, 0)]
    [InlineData(QueueKind.Classic, true, null)]
    public async Task Redeliveries_are_what_the_queue_counts_or_unknown(QueueKind kind, bool redelivered, int? redeliveries)
    {
        var seen = new TaskCompletionSource<int?>();
        await using var engine = await EngineFixture.StartAsync(m => m
            .AddTopology(Topology.WorkQueue(new QueueDeclaration("jobs") { Kind = kind }))
            .AddConsumer<OrderCreated>("jobs", (_, context, _) =>
            {
                seen.TrySetResult(context.Redeliveries);
                return Task.CompletedTask;
            }, o => o.RedeliveryLimit = null));

        engine.Transport.Sources["jobs"].Deliver("m1", deliveryCount: redelivered ? 7 : null, redelivered: redelivered);

        (await Eventually.Ends(seen.Task, "it is handled")).Should().Be(redeliveries);
    }

    [Safeguard("No isolated attempt of a message that only this process has", SwitchedOff = "`ConsumerPlan.RedeliveryLimit` is that of any classic queue")]
    [Fact, Trait("Spec", "FM20")]
    public async Task A_message_that_only_this_process_has_is_handled_as_any_other_however_often_it_came()
    {
        var handled = new TaskCompletionSource<bool>();
        var queue = Topology.BroadcastQueueOf("cache");
        await using var engine = await EngineFixture.StartAsync(m => m
            .AddTopology(Topology.Broadcast("cache"))
            .AddConsumer<OrderCreated>(queue, (_, context, _) =>
            {
                handled.TrySetResult(context.Redelivered);
                return Task.CompletedTask;
            }, o => o.RedeliveryLimit = 1));

        engine.Transport.Sources[queue].Deliver("m1", redelivered: true);

        await engine.Log.ContainsAsync("Acknowledge m1");
        (await Eventually.Ends(handled.Task, "it is handled")).Should().BeTrue();
        engine.Transport.Published.Should().BeEmpty("no record is written of the attempt");
        engine.Transport.Declared!.Queues.Should().NotContain(declared => declared.Name.EndsWith(".isolated", StringComparison.Ordinal));
    }

    [Safeguard("A handler that outlived its stop is waited for", SwitchedOff = "`RunningDeliveries` compares generations alone")]
    [Fact, Trait("Spec", "FM10")]
    public async Task A_message_whose_handler_outlived_a_pause_is_handled_again_only_after_it()
    {
        var gate = new TaskCompletionSource();
        var calls = new ConcurrentQueue<string>();
        await using var engine = await EngineFixture.StartAsync(
            (_, context, _) =>
            {
                calls.Enqueue($"{context.MessageId} {context.Redelivered}");
                return context.Redelivered ? Task.CompletedTask : gate.Task;
            },
            o => o.Concurrency = 4);
        engine.Source.Deliver("m1");
        await Eventually.Holds(() => calls.Count == 1, "the handler runs");
        var pause = engine.Bus.Consumers.PauseAsync(EngineFixture.Queue, new CancellationToken(canceled: true));
        while (!pause.IsCompleted)
        {
            engine.Transport.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await engine.Bus.Consumers.ResumeAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
        engine.Source.Deliver("m1", redelivered: true, deliveryCount: 1);
        engine.Source.Deliver("m2", redelivered: true, deliveryCount: 1);
        await engine.Log.ContainsAsync("Acknowledge m2");
        calls.Should().Equal("m1 False", "m2 True");
        gate.SetResult();

        await engine.Log.ContainsAsync("Acknowledge m1");
        calls.Should().Equal("m1 False", "m2 True", "m1 True");
    }

    [Fact, Trait("Spec", "FM10")]
    public async Task Another_message_with_the_same_id_is_handled_beside_it()
    {
        var gate = new TaskCompletionSource();
        var calls = 0;
        await using var engine = await EngineFixture.StartAsync(
            (_, _, _) =>
            {
                Interlocked.Increment(ref calls);
                return gate.Task;
            },
            o => o.Concurrency = 4);
        engine.Source.Deliver("m1");
        await Eventually.Holds(() => Volatile.Read(ref calls) == 1, "the first runs");
        engine.Source.Rebuild();

        engine.Source.Deliver("m1", body: """{"id":"another"}""", redelivered: true, deliveryCount: 1);

        await Eventually.Holds(() => Volatile.Read(ref calls) == 2, "it is not the same message");
        gate.SetResult();
    }

    [Safeguard("What was handled is forgotten in time", SwitchedOff = "`RunningDeliveries` keeps entries of any age")]
    [Theory, Trait("Spec", "FM10")]
    [InlineData("m1", 9, 1)]
    [InlineData("m1", 11, 2)]
    [InlineData("", 1, 2)]
    public async Task A_message_that_comes_again_after_its_handler_succeeded_is_skipped_only_with_an_id_and_soon(string id, int minutes, int calls)
    {
        var (gate, called) = (new TaskCompletionSource(), 0);
        await using var engine = await EngineFixture.StartAsync((_, _, _) =>
        {
            Interlocked.Increment(ref called);
            return gate.Task;
        });
        engine.Source.Deliver(id);
        await Eventually.Holds(() => Volatile.Read(ref called) == 1, "the handler runs");
        engine.Source.Rebuild();
        gate.SetResult();
        await Eventually.Holds(() => engine.Status.Stale == 1, "its acknowledgement comes to nothing");
        engine.Transport.Clock.Advance(TimeSpan.FromMinutes(minutes));

        engine.Source.Deliver(id, redelivered: true, deliveryCount: 1);

        await engine.Log.ContainsAsync($"Acknowledge {id}");
        called.Should().Be(calls);
    }

    [Theory, Trait("Spec", "FM2")]
    [InlineData(100, 20, 20)]
    [InlineData(null, 20, 10)]
    [InlineData(20, 20, 10)]
    [InlineData(5, 20, 2)]
    [InlineData(1, 20, 0)]
    [InlineData(100, 7, 7)]
    public void The_redelivery_limit_is_at_most_half_of_the_brokers_own(int? brokers, int limit, int expected)
    {
        var plan = new ConsumerPlan(new ConsumerOptions { Queue = EngineFixture.Queue, RedeliveryLimit = limit }, FrozenDictionary<string, BoundHandler>.Empty)
        {
            Kind = QueueKind.Quorum,
            DeliveryLimit = brokers,
        };

        plan.RedeliveryLimit.Should().Be(expected);
    }
}
