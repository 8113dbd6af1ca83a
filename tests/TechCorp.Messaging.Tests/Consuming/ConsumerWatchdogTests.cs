using Microsoft.Extensions.Options;

namespace TechCorp.Messaging.Tests;

/// <summary>A consumer that looks alive and gets nothing, on a fake clock and a scripted transport: what counts as stalled, and what does not.</summary>
public sealed class ConsumerWatchdogTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly QueueCounts MessagesReady = new(3, 1);
    private static readonly QueueCounts NoConsumer = new(0, 0);
    private static readonly QueueCounts Empty = new(0, 1);
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static TheoryData<string> Signs => ["messages ready", "no consumer", "no queue"];

    [Safeguard("A stalled consumer is rebuilt", SwitchedOff = "`ConsumerWatchdog.CheckAsync` only reports")]
    [Theory, Trait("Spec", "CN12")]
    [MemberData(nameof(Signs))]
    public async Task A_consumer_that_is_not_served_for_the_timeout_is_stalled_and_is_rebuilt(string sign)
    {
        await using var engine = await StartAsync();
        engine.Transport.Counts = sign switch { "messages ready" => MessagesReady, "no consumer" => NoConsumer, _ => null };

        Pass(engine, Bound * 0.9);
        engine.Transport.Looks.Should().Be(0, "the bound is not over");
        engine.Status.State.Should().Be(ConsumerState.Idle);
        Pass(engine, Bound * 0.4);

        engine.Status.State.Should().Be(ConsumerState.Stalled);
        engine.Log.Entries.Count(entry => entry == "rebuild 1").Should().Be(1);
    }

    [Safeguard("A consumer is reported as stalled until the next generation consumes",
        SwitchedOff = "`ConsumerWatchdog.IsStalled` compares the generation alone")]
    [Fact, Trait("Spec", "CN12")]
    public async Task It_is_stalled_until_the_next_generation_consumes()
    {
        await using var engine = await StartAsync();
        engine.Transport.Counts = MessagesReady;
        Pass(engine, Bound * 1.4);
        engine.Status.State.Should().Be(ConsumerState.Stalled);

        Pass(engine, Bound);
        engine.Status.State.Should().Be(ConsumerState.Stalled, "it is not rebuilt yet");
        engine.Source.Rebuild();
        engine.Status.State.Should().Be(ConsumerState.Stalled, "the next generation does not consume yet");
        engine.Source.IsConsuming = true;

        engine.Status.State.Should().Be(ConsumerState.Idle);
        engine.Log.Entries.Should().NotContain("rebuild 2");
    }

    [Safeguard("A consumer is reported as stalled only after two equal answers of the broker",
        SwitchedOff = "`ConsumerWatchdog.CheckAsync` does not wait for a second answer")]
    [Fact, Trait("Spec", "CN12")]
    public async Task A_message_that_came_just_before_the_check_does_not_make_it_stalled()
    {
        await using var engine = await StartAsync();
        engine.Transport.Counts = MessagesReady;

        Pass(engine, Bound);
        engine.Transport.Looks.Should().Be(1);
        engine.Transport.Counts = Empty; // the broker has delivered it to somebody
        Pass(engine, Bound * 3);

        NoConsumerIsStalled(engine);
    }

    [Safeguard("A delivery that arrives during the check clears the stall",
        SwitchedOff = "`ConsumerWatchdog.CheckAsync` does not compare again after the answer")]
    [Fact, Trait("Spec", "CN12")]
    public async Task A_message_that_is_delivered_while_the_broker_is_asked_clears_the_suspicion()
    {
        await using var engine = await StartAsync();
        engine.Transport.Counts = MessagesReady;
        Pass(engine, Bound);
        engine.Transport.Looks.Should().Be(1);

        engine.Transport.OnLook = () => engine.Source.Deliver("o1");
        Pass(engine, Bound * 0.1);

        engine.Transport.Looks.Should().Be(2);
        NoConsumerIsStalled(engine);
    }

    [Fact, Trait("Spec", "CN12")]
    public async Task An_empty_queue_is_checked_once_per_timeout_and_its_consumer_is_not_stalled()
    {
        await using var engine = await StartAsync();

        Pass(engine, Bound * 4);

        engine.Transport.Looks.Should().Be(4);
        NoConsumerIsStalled(engine);
    }

    [Safeguard("A consumer that receives deliveries is not stalled and costs no check",
        SwitchedOff = "`ConsumerWatchdog.IsSilent` does not compare what was received")]
    [Fact, Trait("Spec", "CN12")]
    public async Task A_queue_that_is_served_is_never_checked()
    {
        await using var engine = await StartAsync();
        engine.Transport.Counts = MessagesReady;

        for (var i = 0; i < 20; i++)
        {
            Pass(engine, Bound * 0.5);
            engine.Source.Deliver($"o{i}");
        }

        engine.Transport.Looks.Should().Be(0);
        NoConsumerIsStalled(engine);
    }

    [Fact, Trait("Spec", "CN12")]
    public async Task A_paused_consumer_is_not_stalled()
    {
        await using var engine = await StartAsync();
        engine.Transport.Counts = MessagesReady;
        await engine.Bus.Consumers.PauseAsync(EngineFixture.Queue, TestContext.Current.CancellationToken);

        Pass(engine, Bound * 3);

        engine.Transport.Looks.Should().Be(0);
        engine.Status.State.Should().Be(ConsumerState.Paused);
    }

    [Safeguard("A consumer without credit is not stalled", SwitchedOff = "`ConsumerWatchdog.IsSilent` ignores the prefetch")]
    [Theory, Trait("Spec", "CN12")]
    [InlineData(1, 1)]
    [InlineData(5, 1)]
    [InlineData(5, 5)]
    public async Task A_consumer_without_credit_is_not_stalled(int prefetch, int concurrency)
    {
        await using var engine = await StartAsync(
            o =>
            {
                o.Prefetch = prefetch;
                o.Concurrency = concurrency;
            },
            slow: true);
        engine.Transport.Counts = MessagesReady;
        for (var i = 0; i < prefetch; i++)
        {
            engine.Source.Deliver($"o{i}");
        }

        Pass(engine, Bound * 3);

        var (looks, state) = (engine.Transport.Looks, engine.Status.State);
        _gate.SetResult();
        (looks, state).Should().Be((0, ConsumerState.Consuming));
    }

    [Fact, Trait("Spec", "CN12")]
    public async Task A_slow_handler_that_leaves_credit_does_not_hide_a_stalled_consumer()
    {
        await using var engine = await StartAsync(o => o.Prefetch = 2, slow: true);
        engine.Transport.Counts = MessagesReady;
        engine.Source.Deliver("o1");

        Pass(engine, Bound * 1.5);

        var state = engine.Status.State;
        _gate.SetResult();
        state.Should().Be(ConsumerState.Stalled);
    }

    [Safeguard("A consumer that waits behind a single active consumer is not stalled", SwitchedOff = "`ConsumerWatchdog` ignores a single active consumer")]
    [Fact, Trait("Spec", "CN12")]
    public async Task A_waiting_consumer_of_a_single_active_consumer_queue_is_not_stalled_unless_the_broker_does_not_know_it()
    {
        await using var engine = await EngineFixture.StartAsync(m => m
            .AddTopology(Topology.WorkQueue(new QueueDeclaration("turns") { SingleActiveConsumer = true }))
            .AddConsumer<OrderCreated>("turns", (_, _, _) => Task.CompletedTask));
        engine.Transport.Counts = MessagesReady;

        Pass(engine, Bound * 3);
        engine.Log.Entries.Should().NotContain("rebuild 1");

        engine.Transport.Counts = NoConsumer;
        Pass(engine, Bound * 1.5);
        engine.Bus.Consumers.Status().Single().State.Should().Be(ConsumerState.Stalled);
    }

    [Theory, Trait("Spec", "CN12")]
    [InlineData(null)]
    [InlineData(-1)]
    public async Task It_can_be_switched_off(int? milliseconds)
    {
        await using var engine = await StartAsync(o => o.StalledConsumerTimeout = milliseconds is { } given ? TimeSpan.FromMilliseconds(given) : null);
        engine.Transport.Counts = MessagesReady;

        Pass(engine, Bound * 10);

        engine.Transport.Looks.Should().Be(0);
        NoConsumerIsStalled(engine);
    }

    [Fact, Trait("Spec", "CN12")]
    public async Task A_bound_under_a_second_is_refused()
    {
        var start = () => StartAsync(o => o.StalledConsumerTimeout = TimeSpan.FromMilliseconds(999));

        (await start.Should().ThrowAsync<OptionsValidationException>())
            .WithMessage("*StalledConsumerTimeout of queue 'orders' must be between one second and one day, or null; it is 00:00:00.9990000.*");
    }

    private Task<EngineFixture> StartAsync(Action<ConsumerOptions>? options = null, bool slow = false)
        => EngineFixture.StartAsync((_, _, _) => slow ? _gate.Task : Task.CompletedTask, options);

    /// <summary>In the steps in which the watch looks.</summary>
    private static void Pass(EngineFixture engine, TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= Bound / 10)
        {
            engine.Transport.Clock.Advance(Bound / 10);
        }
    }

    private static void NoConsumerIsStalled(EngineFixture engine)
    {
        engine.Status.State.Should().NotBe(ConsumerState.Stalled);
        engine.Log.Entries.Should().NotContain(entry => entry.StartsWith("rebuild", StringComparison.Ordinal));
    }
}
