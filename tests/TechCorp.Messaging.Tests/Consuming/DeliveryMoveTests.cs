using System.Text;

namespace TechCorp.Messaging.Tests;

public sealed class DeliveryMoveTests
{
    [Fact, Trait("Spec", "DL2")]
    public async Task The_original_is_acknowledged_only_after_the_copy_is_confirmed()
    {
        var confirm = new TaskCompletionSource<PublishOutcome>();
        var transport = new ScriptedTransport { Answer = (_, _) => confirm.Task };
        await using var engine = await EngineFixture.StartAsync(Hopeless, transport: transport);
        engine.Source.Deliver("m1");
        await engine.Log.ContainsAsync("publish orders.dlq");

        engine.Log.Entries.Should().NotContain("Acknowledge m1");
        confirm.SetResult(PublishOutcome.Confirmed);

        await engine.Log.ContainsAsync("Acknowledge m1");
    }

    [Safeguard("The original is acknowledged only when its copy is confirmed", SwitchedOff = "`DeliveryMover`: every outcome counted as confirmed")]
    [Safeguard("The original of a copy waits for the confirm", SwitchedOff = "`DeliveryMover`: publish started, not awaited")]
    [Safeguard("An unconfirmed copy does not spin", SwitchedOff = "`DeliveryMover`: no pause before the requeue")]
    [Fact, Trait("Spec", "DL2")]
    public async Task An_unconfirmed_copy_sends_the_original_back_after_a_pause()
    {
        var transport = new ScriptedTransport { Answer = (_, _) => Task.FromResult(PublishOutcome.Returned(312, "NO_ROUTE")) };
        await using var engine = await EngineFixture.StartAsync(Hopeless, transport: transport);
        engine.Source.Deliver("m1");
        await engine.Log.ContainsAsync("publish orders.dlq");
        engine.Log.Entries.Should().NotContain("Requeue m1", "it would come right back and spin");

        await AdvanceUntilAsync(transport, "Requeue m1");

        engine.Log.Entries.Should().NotContain("Acknowledge m1");
    }

    [Safeguard("The original is acknowledged only when its copy is confirmed")]
    [Safeguard("The original of a copy waits for the confirm")]
    [Fact, Trait("Spec", "DL2")]
    public async Task A_transport_that_throws_sends_the_original_back()
    {
        var transport = new ScriptedTransport
        {
            Answer = (_,
            _) => Task.FromException<PublishOutcome>(new InvalidOperationException("a fault of the transport"))
        };
        await using var engine = await EngineFixture.StartAsync(Hopeless, transport: transport);
        engine.Source.Deliver("m1");
        await engine.Log.ContainsAsync("publish orders.dlq");

        await AdvanceUntilAsync(transport, "Requeue m1");
    }

    [Safeguard("The original is acknowledged only when its copy is confirmed")]
    [Safeguard("The original of a copy waits for the confirm",
        Remark = "while `The_original_is_acknowledged_only_after_the_copy_is_confirmed` stays green, because it asserts too early")]
    [Fact, Trait("Spec", "DL2")]
    public async Task A_stop_does_not_wait_for_the_pause()
    {
        var transport = new ScriptedTransport { Answer = (_, _) => Task.FromResult(PublishOutcome.Rejected("full")) };
        var engine = await EngineFixture.StartAsync(Hopeless, transport: transport);
        engine.Source.Deliver("m1");
        await engine.Log.ContainsAsync("publish orders.dlq");

        await engine.DisposeAsync();

        engine.Log.Entries.Should().ContainInOrder("Requeue m1", "close");
    }

    [Fact, Trait("Spec", "DL1")]
    public async Task A_dead_letter_says_all_about_its_failure()
    {
        await using var engine = await EngineFixture.StartAsync((_, _,
            _) => throw new InvalidOperationException("cannot reach amqp://app:hunter2@broker:5672/"));

        engine.Source.Deliver("m1", headers: new()
        {
            [MessageHeaders.Attempt] = "4",
            [MessageHeaders.FirstFailure] = "2026-01-15T11:59:45.0000000+00:00",
            [MessageHeaders.OriginalExchange] = "events.fanout",
            [MessageHeaders.OriginalRoutingKey] = "eu",
            ["x-first-death-reason"] = "expired",
            ["CC"] = "elsewhere",
        }, exchange: "", key: "orders");

        await engine.Log.ContainsAsync("Acknowledge m1");
        var letter = engine.Transport.Published.Single().Message;
        letter.Headers.Should()
            .Contain(MessageHeaders.Reason, "attempts-exhausted")
            .And.Contain(MessageHeaders.Attempt, "5")
            .And.Contain(MessageHeaders.ExceptionType, "System.InvalidOperationException")
            .And.Contain(MessageHeaders.ExceptionMessage, "cannot reach amqp://***@broker:5672/")
            .And.Contain(MessageHeaders.OriginalExchange, "events.fanout")
            .And.Contain(MessageHeaders.OriginalRoutingKey, "eu")
            .And.Contain(MessageHeaders.OriginalQueue, "orders")
            .And.Contain(MessageHeaders.Consumer, "order-service")
            .And.Contain(MessageHeaders.FirstFailure, "2026-01-15T11:59:45.0000000+00:00")
            .And.Contain(MessageHeaders.LastFailure, "2026-01-15T12:00:00.0000000+00:00")
            .And.NotContainKey("x-first-death-reason", "it belongs to another journey")
            .And.NotContainKey("CC", "the broker would act upon it");
        letter.Headers[MessageHeaders.ExceptionStack].Should().Contain(nameof(A_dead_letter_says_all_about_its_failure)).And.NotContain("hunter2");
        letter.Body.ToArray().Should().Equal(Encoding.UTF8.GetBytes("""{"id":"m1"}"""));
    }

    private static Task Hopeless(OrderCreated order, MessageContext context, CancellationToken token) => throw new PermanentFailureException("hopeless");

    /// <summary>The pause begins some moments after the publish; each poll lets a second pass.</summary>
    private static async Task AdvanceUntilAsync(ScriptedTransport transport, string entry)
    {
        var seen = transport.Log.ContainsAsync(entry);
        while (!seen.IsCompleted)
        {
            transport.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await seen;
    }
}
