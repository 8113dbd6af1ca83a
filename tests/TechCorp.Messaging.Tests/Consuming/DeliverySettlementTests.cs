using System.Collections.Concurrent;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class DeliverySettlementTests
{
    [Fact, Trait("Spec", "CN1")]
    public async Task A_handled_message_is_acknowledged_once_after_the_handler()
    {
        var transport = new ScriptedTransport();
        await using var engine = await EngineFixture.StartAsync(
            (order, _, _) =>
            {
                transport.Log.Add($"handled {order.Id}");
                return Task.CompletedTask;
            },
            transport: transport);

        engine.Source.Deliver("m1");

        await engine.Log.ContainsAsync("Acknowledge m1");
        engine.Log.Entries.Should().ContainInOrder("handled m1", "Acknowledge m1");
        engine.Log.Entries.Count(entry => entry.EndsWith("m1", StringComparison.Ordinal)).Should().Be(2);
    }

    [Fact, Trait("Spec", "CN2")]
    public async Task A_failed_message_waits_in_the_retry_queue_of_its_step()
    {
        await using var engine = await EngineFixture.StartAsync(Failing);

        engine.Source.Deliver("m1", headers: new() { [MessageHeaders.Attempt] = "2", ["tenant"] = "acme" });

        await engine.Log.ContainsAsync("Acknowledge m1");
        var (copy, destination) = engine.Transport.Published.Single();
        destination.Should().Be(Destination.ToQueue("orders.retry.4s"));
        copy.Id.Should().Be("m1");
        copy.CorrelationId.Should().Be("c-m1");
        copy.Headers.Should().Contain(MessageHeaders.Attempt, "3").And.Contain("tenant", "acme").And.Contain(MessageHeaders.OriginalExchange, "events.fanout");
        engine.Log.Entries.Should().ContainInOrder("publish orders.retry.4s", "Acknowledge m1");
    }

    [Fact, Trait("Spec", "CN2")]
    public async Task Immediate_attempts_are_numbered_and_deserialize_the_body_again()
    {
        var attempts = new List<int>();
        await using var engine = await EngineFixture.StartAsync(
            (_, context, _) =>
            {
                attempts.Add(context.Attempt);
                return attempts.Count < 3 ? Task.FromException(new InvalidOperationException("not yet")) : Task.CompletedTask;
            },
            o => o.Policy = DeliveryPolicy.Default with { ImmediateAttempts = 3 });

        engine.Source.Deliver("m1", headers: new() { [MessageHeaders.Attempt] = "3" });

        await engine.Log.ContainsAsync("Acknowledge m1");
        attempts.Should().Equal(4, 5, 6);
        engine.Transport.Published.Should().BeEmpty();
    }

    [Theory, Trait("Spec", "CN3")]
    [InlineData("{ not json", "order.created", "unreadable")]
    [InlineData("null", "order.created", "unreadable")]
    [InlineData("{}", "order.vanished", "unknown-type")]
    [InlineData("{}", null, "no-type")]
    [InlineData("""{"id":"permanent"}""", "order.created", "permanent-failure")]
    public async Task What_can_never_be_handled_is_dead_lettered_at_once(string body, string? type, string reason)
    {
        await using var engine = await EngineFixture.StartAsync((_, _, _) => throw new PermanentFailureException("never"),
            o => o.WhenTypeUnknown = UnknownTypeBehavior.DeadLetter);

        engine.Source.Deliver("m1", body, type);

        await engine.Log.ContainsAsync("Acknowledge m1");
        var (letter, destination) = engine.Transport.Published.Single();
        destination.Should().Be(Destination.ToQueue("orders.dlq"));
        letter.Headers.Should().Contain(MessageHeaders.Reason, reason);
        letter.Type.Should().Be(type ?? "");
    }

    [Safeguard("What has gathered goes out when nothing waits, or may then go on gathering",
        SwitchedOff = "`DeliveryPump.TakeNext` does not flush",
        Remark = "others do not end")]
    [Theory, Trait("Spec", "CN3")]
    [InlineData("""{"event":"\ud800"}""")]
    [InlineData("""{"event":"\ud800\u0041"}""")]
    public async Task A_type_that_is_no_text_is_dead_lettered_as_unreadable(string body)
    {
        await using var engine = await EngineFixture.StartAsync((_, _, _) => Task.CompletedTask, o => o.JsonTypeProperty = "event");

        engine.Source.Deliver("m1", body, type: null);

        await engine.Log.ContainsAsync("Acknowledge m1");
        engine.Transport.Published.Single().Message.Headers.Should().Contain(MessageHeaders.Reason, "unreadable");
    }

    [Safeguard("No handler starts for a delivery of a lost channel",
        SwitchedOff = "`DeliveryProcessor.ProcessAsync` does not check the channel before the handler")]
    [Fact, Trait("Spec", "CN6")]
    public async Task No_handler_starts_for_a_delivery_whose_channel_is_gone_though_no_other_is_open_yet()
    {
        var handled = 0;
        var (started, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var engine = await EngineFixture.StartAsync((_, _, _) =>
        {
            handled++;
            started.TrySetResult();
            return gate.Task;
        });
        engine.Source.Deliver("m1");
        engine.Source.Deliver("m2");
        await started.Task;

        engine.Source.IsConsuming = false;
        gate.SetException(new InvalidOperationException("failed during the outage"));
        engine.Source.Deliver("m3");
        await DrainedAsync(engine);

        handled.Should().Be(1);
        engine.Transport.Published.Should().BeEmpty("the broker has it back; a copy would be a duplicate");
        engine.Status.Stale.Should().Be(3);
    }

    [Fact, Trait("Spec", "CN5")]
    public async Task A_delivery_that_the_engine_fails_on_is_requeued_after_a_pause_and_the_next_is_handled()
    {
        await using var engine = await EngineFixture.StartAsync((_, _, _) => throw new PermanentFailureException("no"), o => o.Prefetch = 1);
        engine.Source.DeliverBroken("m1");

        var back = engine.Log.ContainsAsync("Requeue m1");
        while (!back.IsCompleted)
        {
            engine.Transport.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await back;
        engine.Source.Deliver("m2");
        await engine.Log.ContainsAsync("Acknowledge m2");
    }

    [Fact, Trait("Spec", "CN5")]
    public async Task A_settlement_from_an_old_generation_is_counted_and_not_sent()
    {
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        await using var engine = await EngineFixture.StartAsync((_, _, _) =>
        {
            started.TrySetResult();
            return gate.Task;
        });
        engine.Source.Deliver("m1");
        await started.Task;

        engine.Source.Rebuild();
        gate.SetResult();
        engine.Source.Deliver("m2");

        await engine.Log.ContainsAsync("Acknowledge m2");
        engine.Log.Entries.Should().NotContain("Acknowledge m1");
        engine.Status.Stale.Should().Be(1);
    }

    [Fact, Trait("Spec", "CN6")]
    public async Task Waiting_messages_of_a_lost_channel_are_not_handled_from_the_old_copy()
    {
        var handled = new List<string>();
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        await using var engine = await EngineFixture.StartAsync((_, context, _) =>
        {
            handled.Add($"{context.MessageId} {context.Redelivered}");
            started.TrySetResult();
            return gate.Task;
        });
        engine.Source.Deliver("m1");
        engine.Source.Deliver("m2");
        await started.Task;

        engine.Source.Rebuild();
        engine.Source.Deliver("m2");
        gate.SetResult();

        await engine.Log.ContainsAsync("Acknowledge m2");
        handled.Should().Equal("m1 False", "m2 False");
    }

    [Safeguard("No copy of a failure on a lost channel", SwitchedOff = "`DeliveryProcessor` does not check the channel after the handler")]
    [Fact, Trait("Spec", "CN6")]
    public async Task A_failure_on_a_lost_channel_makes_no_copy()
    {
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var calls = 0;
        await using var engine = await EngineFixture.StartAsync((_, _, _) =>
        {
            started.TrySetResult();
            return ++calls == 1 ? gate.Task : Task.CompletedTask;
        });
        engine.Source.Deliver("m1");
        await started.Task;

        engine.Source.Rebuild();
        gate.SetException(new InvalidOperationException("the channel is gone, and the message with it"));
        engine.Source.Deliver("m1");

        await engine.Log.ContainsAsync("Acknowledge m1");
        engine.Transport.Published.Should().BeEmpty("the broker gives it again by itself");
    }

    [Fact, Trait("Spec", "CN11")]
    public async Task A_handler_over_its_timeout_is_cancelled_and_has_failed()
    {
        var started = new TaskCompletionSource();
        await using var engine = await EngineFixture.StartAsync(
            async (_, _, token) =>
            {
                started.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            },
            o => o.HandlerTimeout = TimeSpan.FromSeconds(30));
        engine.Source.Deliver("m1");
        await started.Task;

        engine.Transport.Clock.Advance(TimeSpan.FromSeconds(30));

        await engine.Log.ContainsAsync("Acknowledge m1");
        var (copy, destination) = engine.Transport.Published.Single();
        destination.RoutingKey.Should().Be("orders.retry.1s");
        copy.Headers[MessageHeaders.ExceptionType].Should().Be("System.TimeoutException");
    }

    [Safeguard("A handler that asks for a later attempt has not failed, also after its timeout", SwitchedOff = "`HandlerInvoker` looks only at the time")]
    [Fact, Trait("Spec", "CN11"), Trait("Spec", "FO4")]
    public async Task A_handler_that_asks_for_a_later_attempt_when_its_time_is_over_is_postponed()
    {
        var started = new TaskCompletionSource();
        await using var engine = await EngineFixture.StartAsync(async (_, _, token) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new RetryLaterException("The database is away.", TimeSpan.FromSeconds(1));
        });
        engine.Source.Deliver("m1");
        await started.Task;

        engine.Transport.Clock.Advance(TimeSpan.FromMinutes(5));

        await engine.Log.ContainsAsync("publish orders.retry.1s", "Acknowledge m1");
        engine.Transport.Published.Single().Message.Headers.GetValueOrDefault(MessageHeaders.Attempt, "0").Should().Be("0");
    }

    [Safeguard("A handler that swallows its canceled token has failed", SwitchedOff = "`HandlerCall` counts only what it threw")]
    [Fact, Trait("Spec", "CN11")]
    public async Task A_handler_that_swallows_its_cancelled_token_has_not_succeeded()
    {
        var started = new TaskCompletionSource();
        await using var engine = await EngineFixture.StartAsync(async (_, _, token) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        engine.Source.Deliver("m1");
        await started.Task;

        engine.Transport.Clock.Advance(TimeSpan.FromMinutes(5));

        await engine.Log.ContainsAsync("publish orders.retry.1s", "Acknowledge m1");
    }

    [Safeguard("A handler that ignores its token is reported",
        SwitchedOff = "`HandlerCall` does not count it as overdue, or never removes it from the count; `MessagingHealthCheck` ignores the count")]
    [Fact, Trait("Spec", "CN11"), Trait("Spec", "OB3")]
    public async Task A_handler_that_ignores_its_token_keeps_its_place_and_the_status_says_so()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource();
        await using var engine = await EngineFixture.StartAsync((_, context, _) =>
        {
            started.TrySetResult();
            return context.MessageId == "m1" ? release.Task : Task.CompletedTask;
        });
        engine.Source.Deliver("m1");
        engine.Source.Deliver("m2");
        await started.Task;
        engine.Status.Overdue.Should().Be(0);

        engine.Transport.Clock.Advance(TimeSpan.FromMinutes(5));

        var (status, log) = (engine.Status, engine.Log.Entries.ToList());
        release.SetResult();
        status.Should().BeEquivalentTo(new { Running = 1, Waiting = 1, Overdue = 1 });
        log.Should().NotContain(entry => entry.Contains("m1", StringComparison.Ordinal), "it is not handled twice at once");
        await engine.Log.ContainsAsync("publish orders.retry.1s", "Acknowledge m1", "Acknowledge m2");
        engine.Status.Overdue.Should().Be(0);
    }

    [Safeguard("A postponed attempt is not counted", SwitchedOff = "`SettlementDecision` counts it")]
    [Fact, Trait("Spec", "RY4")]
    public async Task A_postponed_message_waits_uncounted_and_without_a_failure()
    {
        await using var engine = await EngineFixture.StartAsync((_, _, _) => throw new RetryLaterException("the gateway is away", TimeSpan.FromSeconds(3)));

        engine.Source.Deliver("m1");

        await engine.Log.ContainsAsync("publish orders.retry.4s", "Acknowledge m1");
        engine.Transport.Published.Single().Message.Headers.Should().Contain(MessageHeaders.Attempt, "0").And.NotContainKey(MessageHeaders.FirstFailure);
    }

    [Safeguard("Without a ladder a postponed message stays uncounted", SwitchedOff = "`DeliveryProcessor.HoldAsync` gives it back at once")]
    [Safeguard("The attempts of a held message stay uncounted", SwitchedOff = "the attempts of a held message go on counting")]
    [Fact, Trait("Spec", "RY4")]
    public async Task Without_a_ladder_a_postponed_message_is_held_and_the_handler_asked_again()
    {
        var attempts = new ConcurrentQueue<int>();
        await using var engine = await EngineFixture.StartAsync(
            (_, context, _) =>
            {
                attempts.Enqueue(context.Attempt);
                return attempts.Count > 25 ? Task.CompletedTask : throw new RetryLaterException("the gateway is away", TimeSpan.FromSeconds(31));
            },
            o => o.Policy = DeliveryPolicy.NoRetry);
        engine.Source.Deliver("m1");

        for (var i = 0; i < 25; i++)
        {
            await HeldAsync(engine, TimeSpan.FromSeconds(31));
        }

        await engine.Log.ContainsAsync("Acknowledge m1");
        attempts.Should().HaveCount(26).And.OnlyContain(attempt => attempt == 1, "none of them counts");
        engine.Log.Entries.Should().NotContain("Requeue m1", "a quorum queue counts what comes back");
        engine.Transport.Published.Should().BeEmpty();
    }

    [Safeguard("Without a ladder a postponed message stays uncounted")]
    [Safeguard("A held message is requeued before the broker's delivery timeout", SwitchedOff = "`HoldAsync` holds without end")]
    [Fact, Trait("Spec", "RY4")]
    public async Task Without_a_ladder_a_postponed_message_is_requeued_before_the_consumer_timeout()
    {
        await using var engine = await EngineFixture.StartAsync(
            (_, _, _) => throw new RetryLaterException("the gateway is away", TimeSpan.FromMinutes(1)),
            o => o.Policy = DeliveryPolicy.NoRetry);
        engine.Source.Deliver("m1");

        for (var minute = 0; minute < 15; minute++)
        {
            engine.Log.Entries.Should().NotContain("Requeue m1");
            await HeldAsync(engine, TimeSpan.FromMinutes(1));
        }

        await engine.Log.ContainsAsync("Requeue m1");
    }

    [Safeguard("A held message is requeued when the consumer stops",
        SwitchedOff = "the pause does not end with the stop, or the handler is asked again after it")]
    [Fact, Trait("Spec", "RY4"), Trait("Spec", "CN9")]
    public async Task A_stop_gives_back_at_once_what_is_held_without_a_ladder()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = await EngineFixture.StartAsync(
            (_, _, _) =>
            {
                started.TrySetResult();
                throw new RetryLaterException("the gateway is away", TimeSpan.FromMinutes(1));
            },
            o => o.Policy = DeliveryPolicy.NoRetry);
        engine.Source.Deliver("m1");
        await started.Task;

        await Eventually.Ends(engine.Bus.Consumers.PauseAsync("orders", TestContext.Current.CancellationToken), "the drain does not wait for the minute");

        engine.Log.Entries.Should().Contain("Requeue m1");
    }

    private static Task Failing(OrderCreated order, MessageContext context, CancellationToken token) => throw new InvalidOperationException("no");

    /// <summary>Waits until a message is held for this long, and lets the time pass. No other wait of the service may be as long: for 30 s the watch
    /// over the retry queues (the publish timeout) and the watchdog (the stalled timeout) wait too.</summary>
    private static Task HeldAsync(EngineFixture engine, TimeSpan hold)
        => Eventually.Ends(engine.Transport.Clock.PassAsync(due => due == hold, TestContext.Current.CancellationToken), "the message is held");

    private static async Task DrainedAsync(EngineFixture engine)
    {
        while (engine.Status is not { Waiting: 0, Running: 0 })
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
