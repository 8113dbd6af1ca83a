using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class ConcurrencyTests
{
    [Fact, Trait("Spec", "CN4")]
    public async Task Never_more_handlers_run_than_the_concurrency_allows()
    {
        var gates = Enumerable.Range(0, 6).ToDictionary(i => $"m{i}", _ => new TaskCompletionSource());
        var transport = new ScriptedTransport();
        await using var engine = await EngineFixture.StartAsync(
            (_, context, _) =>
            {
                transport.Log.Add("started " + context.MessageId);
                return gates[context.MessageId!].Task;
            },
            o => o.Concurrency = 2,
            transport);
        foreach (var id in gates.Keys)
        {
            engine.Source.Deliver(id);
        }

        await engine.Log.ContainsAsync("started m0", "started m1");
        engine.Status.Should().Match<ConsumerStatus>(status => status.Running == 2 && status.Waiting == 4);
        gates["m1"].SetResult();
        await engine.Log.ContainsAsync("started m2");
        engine.Status.Running.Should().Be(2);
        foreach (var gate in gates.Values)
        {
            gate.TrySetResult();
        }

        await engine.Log.ContainsAsync([.. gates.Keys.Select(id => "Acknowledge " + id)]);
    }

    [Safeguard("Gathered acknowledgements go out before a handler that suspends",
        SwitchedOff = "`DeliveryPump.WorkAsync` does not flush when a handler suspends",
        Remark = "does not end")]
    [Fact, Trait("Spec", "CN1")]
    public async Task What_is_done_is_acknowledged_before_a_handler_that_takes_its_time()
    {
        var release = new TaskCompletionSource();
        await using var engine = await EngineFixture.StartAsync((_, context, _) => context.MessageId == "m2" ? release.Task : Task.CompletedTask);

        engine.Source.Deliver("m1");
        engine.Source.Deliver("m2");

        await engine.Log.ContainsAsync("Acknowledge m1");
        release.SetResult();
        await engine.Log.ContainsAsync("Acknowledge m2");
    }

    [Safeguard("Gathered acknowledgements go out at once after a slow handler", SwitchedOff = "`DeliveryProcessor` takes every handling for quick")]
    [Theory, Trait("Spec", "CN1")]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task Quick_ones_are_acknowledged_together_and_slow_ones_at_once(int milliseconds, bool atOnce)
    {
        var (go, seen) = (new ManualResetEventSlim(), new TaskCompletionSource<bool>());
        var transport = new ScriptedTransport();
        await using var engine = await EngineFixture.StartAsync(
            (_, context, _) =>
            {
                if (context.MessageId == "m2")
                {
                    seen.SetResult(transport.Log.Entries.Contains("Acknowledge m1"));
                }

                go.Wait(TestContext.Current.CancellationToken);
                transport.Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
                return Task.CompletedTask;
            },
            transport: transport);
        engine.Source.Deliver("m1");
        engine.Source.Deliver("m2");

        go.Set();

        (await Eventually.Ends(seen.Task, "the second is handled")).Should().Be(atOnce);
        await engine.Log.ContainsAsync("Acknowledge m1", "Acknowledge m2");
    }

    [Fact, Trait("Spec", "CN4")]
    public async Task The_prefetch_is_the_brokers_to_keep()
    {
        await using var engine = await EngineFixture.StartAsync((_, _, _) => Task.CompletedTask, o => o.Prefetch = 5);

        engine.Log.Entries.Should().Contain("consume orders 5");
    }

    [Fact, Trait("Spec", "CN14")]
    public async Task At_concurrency_1_the_order_is_kept()
    {
        var handled = new List<string?>();
        await using var engine = await EngineFixture.StartAsync(async (_, context, _) =>
        {
            await Task.Yield();
            handled.Add(context.MessageId);
        });
        var ids = Enumerable.Range(0, 200).Select(i => $"m{i}").ToArray();

        foreach (var id in ids)
        {
            engine.Source.Deliver(id);
        }

        await engine.Log.ContainsAsync("Acknowledge m199");
        handled.Should().Equal(ids);
    }

    [Safeguard("One key at a time", SwitchedOff = "`DeliverySchedule` hands out a key that runs", Remark = "does not end")]
    [Fact, Trait("Spec", "CN14")]
    public async Task One_key_is_handled_one_by_one_while_other_keys_go_on()
    {
        var slow = new TaskCompletionSource();
        var transport = new ScriptedTransport();
        await using var engine = await EngineFixture.StartAsync(
            (_, context, _) =>
            {
                transport.Log.Add("started " + context.MessageId);
                return context.MessageId == "a1" ? slow.Task : Task.CompletedTask;
            },
            o =>
            {
                o.Concurrency = 4;
                o.OrderingKey = context => context.RoutingKey;
            },
            transport);

        engine.Source.Deliver("a1", key: "a");
        engine.Source.Deliver("a2", key: "a");
        engine.Source.Deliver("b1", key: "b");
        engine.Source.Deliver("a3", key: "a");
        engine.Source.Deliver("b2", key: "b");

        await engine.Log.ContainsAsync("Acknowledge b1", "Acknowledge b2");
        engine.Log.Entries.Should().NotContain("started a2").And.ContainInOrder("started b1", "started b2");
        slow.SetResult();
        await engine.Log.ContainsAsync("Acknowledge a3");
        engine.Log.Entries.Should().ContainInOrder("started a1", "started a2", "started a3");
    }

    [Fact, Trait("Spec", "CN14")]
    public async Task An_ordering_key_that_throws_fails_the_attempt_and_not_the_consumer()
    {
        await using var engine = await EngineFixture.StartAsync(
            (_, _, _) => Task.CompletedTask,
            o => o.OrderingKey = context => context.MessageId == "m1" ? throw new InvalidOperationException("no key") : null);

        engine.Source.Deliver("m1");
        engine.Source.Deliver("m2");

        await engine.Log.ContainsAsync("publish orders.retry.1s", "Acknowledge m1", "Acknowledge m2");
    }

    [Fact, Trait("Spec", "CN18")]
    public async Task Each_type_on_a_queue_goes_to_its_handler()
    {
        var transport = new ScriptedTransport();
        await using var engine = await EngineFixture.StartAsync(
            m => m.AddConsumer<OrderCreated>(EngineFixture.Queue, (order, _, _) => Say("created " + order.Id))
                .AddConsumer<OrderShipped>(EngineFixture.Queue, (order, _, _) => Say("shipped " + order.Id)),
            transport);

        engine.Source.Deliver("m1", type: "order.shipped");
        engine.Source.Deliver("m2", type: "order.created");

        await engine.Log.ContainsAsync("shipped m1", "created m2", "Acknowledge m1", "Acknowledge m2");
        engine.Log.Entries.Count(entry => entry.StartsWith("consume ", StringComparison.Ordinal)).Should().Be(1);

        Task Say(string text)
        {
            transport.Log.Add(text);
            return Task.CompletedTask;
        }
    }
}
