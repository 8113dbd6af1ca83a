using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A handler that pauses, resumes, stops or disposes what it belongs to: a wait for the own drain would wait for the handler.</summary>
public sealed class StepsInsideHandlerTests
{
    [Safeguard("A handler does not wait for its own drain", SwitchedOff = "`HandlerFlow.IsInside` is always false")]
    [Theory, Trait("Spec", "FM9"), Trait("Spec", "CN19")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pause_inside_the_handler_returns_at_once_and_takes_effect_when_the_handler_ends(bool inTask)
    {
        var returned = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        MessageConsumers consumers = null!;
        var handled = new List<string?>();
        await using var engine = await EngineFixture.StartAsync(async (_, context, _) =>
        {
            handled.Add(context.MessageId);
            var pause = () => consumers.PauseAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
            await (inTask ? Task.Run(async () => await pause(), TestContext.Current.CancellationToken) : pause());
            returned.SetResult();
            await gate.Task;
        });
        consumers = engine.Bus.Consumers;
        engine.Source.Deliver("m1");
        engine.Source.Deliver("m2");

        await Eventually.Ends(returned.Task, "the pause returns inside the handler");
        engine.Status.State.Should().Be(ConsumerState.Paused);
        gate.SetResult();

        await engine.Log.ContainsAsync("Acknowledge m1", "close");
        engine.Log.Entries.Should().Contain("Requeue m2");
        handled.Should().Equal("m1");
    }

    [Safeguard("A handler does not wait for its own drain")]
    [Fact, Trait("Spec", "FM9"), Trait("Spec", "CN19")]
    public async Task A_resume_after_a_pause_inside_the_handler_takes_effect_after_the_pause()
    {
        MessageConsumers consumers = null!;
        await using var engine = await EngineFixture.StartAsync(async (_, context, _) =>
        {
            if (context.MessageId == "m1")
            {
                await consumers.PauseAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
                await consumers.ResumeAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
            }
        });
        consumers = engine.Bus.Consumers;
        engine.Source.Deliver("m1");

        await engine.Log.ContainsAsync("Acknowledge m1", "close");
        await Eventually.Holds(() => engine.Status.State == ConsumerState.Idle, "the queue is consumed again");
        engine.Source.Deliver("m2");
        await engine.Log.ContainsAsync("Acknowledge m2");
    }

    [Safeguard("A resume that waits for a pause subscribes",
        SwitchedOff = "`QueueConsumer` counts the pause as ended after its step",
        Remark = "a race: one run of three with 2,000 rounds")]
    [Fact, Trait("Spec", "FM9")]
    public async Task A_resume_that_waits_for_the_end_of_a_pause_is_never_lost()
    {
        await using var engine = await EngineFixture.StartAsync((_, _, _) => Task.CompletedTask);
        var consumers = engine.Bus.Consumers;
        for (var round = 0; round < 10_000; round++)
        {
            engine.Source.OnCancel = async () => await Task.Yield();
            var pause = consumers.PauseAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
            var resume = consumers.ResumeAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
            await Task.WhenAll(pause, resume);

            engine.Status.State.Should().Be(ConsumerState.Idle, "the queue is consumed after round {0}", round);
        }
    }

    [Safeguard("A handler does not wait for its own drain")]
    [Theory, Trait("Spec", "FM9"), Trait("Spec", "CN9")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stop_inside_the_handler_returns_at_once_and_the_bus_stops_when_the_handler_ends(bool disposes)
    {
        var returned = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        MessageBus bus = null!;
        await using var engine = await EngineFixture.StartAsync(async (_, _, _) =>
        {
            await (disposes ? bus.DisposeAsync().AsTask() : bus.StopAsync(TestContext.Current.CancellationToken));
            returned.SetResult();
            await gate.Task;
        });
        bus = engine.Bus;
        engine.Source.Deliver("m1");

        await Eventually.Ends(returned.Task, "the stop returns inside the handler");
        engine.Log.Entries.Should().NotContain("disconnect", "the handler still runs");
        gate.SetResult();

        await engine.Log.ContainsAsync("Acknowledge m1", "close", "disconnect");
    }

    [Safeguard("Handlers of one bus do not wait for each other's drain",
        SwitchedOff = "`HandlerFlow` gets the consumer instead of the bus", Remark = "does not end")]
    [Theory, Trait("Spec", "FM9"), Trait("Spec", "CN19")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Handlers_that_pause_each_others_queue_return_at_once_and_both_queues_are_paused(bool resume)
    {
        var running = 0;
        MessageConsumers consumers = null!;
        await using var engine = await EngineFixture.StartAsync(m => m
            .AddTopology(Topology.WorkQueue("control"))
            .AddConsumer<OrderCreated>(EngineFixture.Queue, (_, _, _) => EndAsync("control"))
            .AddConsumer<OrderShipped>("control", (_, _, _) => EndAsync(EngineFixture.Queue)));
        consumers = engine.Bus.Consumers;
        engine.Source.Deliver("m1");
        engine.Transport.Sources["control"].Deliver("c1", type: "order.shipped");

        await engine.Log.ContainsAsync("Acknowledge m1");
        await engine.Log.ContainsAsync("Acknowledge c1");
        await Eventually.Holds(
            () => consumers.Status().All(status => status.State == (resume ? ConsumerState.Idle : ConsumerState.Paused)), "both steps have ended");

        async Task EndAsync(string other)
        {
            Interlocked.Increment(ref running);
            await Eventually.Holds(() => Volatile.Read(ref running) == 2, "both handlers run");
            await consumers.PauseAsync(other, TestContext.Current.CancellationToken);
            if (resume)
            {
                await consumers.ResumeAsync(other, TestContext.Current.CancellationToken);
            }
        }
    }

    [Fact, Trait("Spec", "FM9"), Trait("Spec", "CN19")]
    public async Task A_pause_outside_of_a_handler_waits_for_the_handlers_of_the_queue()
    {
        var gate = new TaskCompletionSource();
        await using var engine = await EngineFixture.StartAsync((_, _, _) => gate.Task);
        engine.Source.Deliver("m1");
        await Eventually.Holds(() => engine.Status.Running == 1, "the handler runs");

        var paused = engine.Bus.Consumers.PauseAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);
        await engine.Log.ContainsAsync("cancel");
        paused.IsCompleted.Should().BeFalse();
        gate.SetResult();

        await Eventually.Ends(paused, "the queue is drained");
    }
}
