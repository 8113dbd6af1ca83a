using Microsoft.Extensions.Logging;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>The queues for retries and dead letters are missing or full: what fails is kept, and what can be handled is not held up.</summary>
public abstract class CopyTargetContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    private const int Good = 300;
    private const int Bad = 20; // more than the prefetch

    private string DeadLetterQueue => Topology.DeadLetterQueueOf(Queue);

    [Safeguard("A missing target is declared again", SwitchedOff = "`CopyTargets.RestoreAsync` declares nothing")]
    [Theory, Trait("Spec", "FM3")]
    [InlineData("dlq")]
    [InlineData("retry.100ms")]
    [InlineData("retry.200ms")]
    public async Task A_target_that_is_deleted_while_the_service_runs_is_declared_again_and_nothing_is_lost(string target)
    {
        var bus = await ConsumeAsync(Failing);
        await Backend.DeleteQueueAsync($"{Queue}.{target}");

        await PublishAllAsync(bus);

        await HoldsInTimeAsync(() => bus.Consumers.Status()[0].Acknowledged == Good, "each good message is handled");
        await HoldsInTimeAsync(() => bus.Consumers.Status()[0].DeadLettered == Bad, "each bad message is a dead letter");
        (await DeadLettersAsync(bus, Bad)).Select(letter => letter.Attempts).Should().OnlyContain(attempts => attempts == 3, "none lost an attempt");
        bus.Consumers.Status()[0].UnavailableTargets.Should().BeEmpty();
    }

    [Safeguard("Targets are looked at without a failing message", SwitchedOff = "`MessagingRuntime.WatchTargetsAsync` ends at once")]
    [Theory, Trait("Spec", "FM3")]
    [InlineData("dlq")]
    [InlineData("retry.100ms")]
    public async Task A_deleted_target_is_declared_again_also_when_no_message_fails(string target)
    {
        await ConsumeAsync((_, _, _) => Task.CompletedTask);
        await Backend.DeleteQueueAsync($"{Queue}.{target}");

        await Eventually.Holds(
            async () =>
            {
                await Backend.AdvanceAsync(TimeSpan.FromMilliseconds(500));
                return await Transport.CountAsync($"{Queue}.{target}", Cancellation) is not null;
            },
            "it is there again");
    }

    [Safeguard("A message without a target waits at the end of its queue", SwitchedOff = "`DeliveryMover` pauses and requeues instead of setting aside")]
    [Fact, Trait("Spec", "FM3")]
    public async Task With_Assume_and_no_targets_at_all_the_good_are_handled_and_the_failed_are_kept_until_there_are_some()
    {
        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(Queue)));
        var bus = await AssumeAsync(Failing);
        await PublishAllAsync(bus);

        await HoldsInTimeAsync(() => bus.Consumers.Status()[0].Acknowledged == Good, "each good message is handled");
        bus.Consumers.Status()[0].UnavailableTargets.Should().Contain($"queue '{Queue}.retry.100ms'").And.Contain($"queue '{DeadLetterQueue}'");
        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(DeadLetterQueue) { DeliveryLimit = 1_000_000_000 })); // each look counts

        (await DeadLettersAsync(bus, Bad)).Should().OnlyContain(letter => letter.Attempts == 3 && letter.Reason == "attempts-exhausted"
            && letter.ExceptionMessage == "no" && letter.Headers.Keys.All(name => name != MessageHeaders.Prefix + "set-aside"));
        await HoldsInTimeAsync(() => !bus.Consumers.Status()[0].UnavailableTargets.Contains($"queue '{DeadLetterQueue}'"), "the queue is known to be there");
        await HasReadyAsync(Queue, 0);
    }

    [Fact, Trait("Spec", "FM3")]
    public async Task A_retry_without_its_queue_waits_as_long_as_its_delay()
    {
        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(Queue)));
        var timeProvider = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var attempts = 0;
        var bus = await AssumeAsync(
            (_, _, _) => Interlocked.Increment(ref attempts) == 1 ? throw new InvalidOperationException("no") : Task.CompletedTask,
            m => m.UseTimeProvider(timeProvider));
        await PublishOrdersAsync(bus, "o1");
        await HoldsInTimeAsync(() => bus.Consumers.Status()[0].SetAside > 0, "it waits");

        attempts.Should().Be(1, "no time has passed");
        timeProvider.Advance(TimeSpan.FromMilliseconds(100));

        await HoldsInTimeAsync(() => bus.Consumers.Status()[0].Acknowledged == 1, "it is handled when its delay has passed");
        attempts.Should().Be(2);
    }

    [Fact, Trait("Spec", "FM3")]
    public async Task A_full_dead_letter_queue_holds_up_no_good_message_and_loses_no_bad_one()
    {
        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(Queue))
            .Add(new QueueDeclaration(DeadLetterQueue) { Kind = QueueKind.Classic, MaxLength = 5, RejectPublishWhenFull = true }));
        var bus = await AssumeAsync((order, context, token) => order.OrderId[0] == 'b' ? throw new PermanentFailureException("no") : Task.CompletedTask);
        await PublishAllAsync(bus);
        await HoldsInTimeAsync(() => bus.Consumers.Status()[0].Acknowledged == Good, "each good message is handled");

        HashSet<string> letters = [];
        await Eventually.Holds(
            async () =>
            {
                await Backend.AdvanceAsync(TimeSpan.FromMilliseconds(50));
                await bus.DeadLetters.DiscardAsync(Queue, letter => letters.Add(letter.MessageId!), Cancellation);
                return letters.Count == Bad;
            },
            "each bad message gets its turn");
    }

    [Theory, Trait("Spec", "FM3")]
    [InlineData(TopologyMode.Assume)]
    [InlineData(TopologyMode.Validate)]
    public async Task A_missing_target_is_a_warning_at_the_start_that_names_it(TopologyMode mode)
    {
        await DeclareAsync(Topology.Empty.Add(new QueueDeclaration(Queue)));
        var logs = new CollectingLogger();

        await AssumeAsync((_, _, _) => Task.CompletedTask, m => m.UseLoggerFactory(logs).UseTopologyMode(mode));

        logs.Entries.Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Text).Should()
            .Contain(text => text.Contains($"'{DeadLetterQueue}'", StringComparison.Ordinal))
            .And.Contain(text => text.Contains($"'{Queue}.retry.100ms'", StringComparison.Ordinal))
            .And.Contain(text => text.Contains($"'{Queue}.retry.200ms'", StringComparison.Ordinal))
            .And.Contain(text => text.Contains($"'{Queue}.isolated'", StringComparison.Ordinal));
    }

    private static Task Failing(OrderCreated order, MessageContext context, CancellationToken token)
        => order.OrderId[0] == 'b' ? throw new InvalidOperationException("no") : Task.CompletedTask;

    /// <summary>A service that declares nothing.</summary>
    private async Task<MessageBus> AssumeAsync(Func<OrderCreated, MessageContext, CancellationToken, Task> handle, Action<MessagingBuilder>? configure = null)
    {
        var transport = await StartServiceAsync();
        return Own(await MessageBus.StartAsync(
            m =>
            {
                m.UseTransport(_ => transport).UseAppId("contract").UseTopologyMode(TopologyMode.Assume)
                    .AddMessage("order.created", ContractJson.Default.OrderCreated, Destination.ToQueue(Queue))
                    .AddConsumer(Queue, handle, o => o.Policy = Quick);
                configure?.Invoke(m);
            },
            Cancellation));
    }

    private async Task PublishAllAsync(MessageBus bus)
    {
        for (var i = 0; i < Good; i++)
        {
            await PublishOrdersAsync(bus, $"g{i}");
            if (i % (Good / Bad) == 0)
            {
                await PublishOrdersAsync(bus, $"b{i}");
            }
        }
    }
}
