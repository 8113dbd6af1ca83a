using System.Collections.Concurrent;
using System.Globalization;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>
/// Every kind of fault, again and again, in an order drawn from a seed, while messages flow through whole services: handlers that succeed, that fail at
/// first and that give up, with retry queues and dead letters. It heals by itself each time, and every message ends as its handler decided.
/// </summary>
[Collection(nameof(BrokerControl)), Trait("Spec", "CN20")]
public sealed class FaultHealingTests : RabbitMqTransportTest
{
    private const int Senders = 8;
    private const int Prefetch = 20;
    private const int Handlers = 4;
    private const int Flow = 50; // messages that must be handled after a fault before the next
    private const int Seed = 20;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<int, int> _sent = []; // number -> 1 when confirmed
    private readonly ConcurrentDictionary<int, int> _succeeded = []; // number -> how often
    private readonly ConcurrentDictionary<int, int> _failed = [];
    private readonly CancellationTokenSource _end = new();
    private volatile TaskCompletionSource _open = Opened();
    private RabbitMqTransport _transport = null!;
    private MessageBus _bus = null!;
    private HashSet<int> _dead = [];
    private string _queue = "";
    private int _numbers;
    private long _handled;

    private enum Mishap
    {
        Kill,
        MissingExchange,
        BrokenChannel,
        DeletedQueue,
        HalfOpen,
        Blocked,
    }

    private enum Fate
    {
        Succeeds,
        FailsOnce,
        GivesUp,
    }

    private ConsumerStatus Consumer => _bus.Consumers.Status().Single();

    [Safeguard("A consumer whose channel is gone gets another", SwitchedOff = "`RabbitMqDeliverySource.ConsumeAsync` waits without end instead")]
    [Safeguard("A queue that was deleted is declared again", SwitchedOff = "`RabbitMqDeliverySource.RestoreAsync` does nothing")]
    [Safeguard("A connection that is only half there is noticed", SwitchedOff = "`ConnectionOpener` asks for no heartbeats")]
    [Fact]
    public Task It_heals_from_two_faults_of_each_kind_and_every_message_ends_as_promised() => RunAsync(12);

    [Fact, Trait("Category", "Soak")]
    public Task It_heals_from_two_hundred_faults_and_every_message_ends_as_promised() => RunAsync(200);

    private static Fate FateOf(int number) => number % 50 == 7 ? Fate.GivesUp : number % 10 == 3 ? Fate.FailsOnce : Fate.Succeeds;

    private async Task RunAsync(int faults)
    {
        _queue = Backend.Queue();
        _transport = await Backend.StartAsync(new PublisherOptions(), heartbeat: TimeSpan.FromSeconds(1));
        _bus = await MessageBus.StartAsync(
            bus => bus.UseTransport(_ => _transport)
                .AddMessage("job", new JobFormat())
                .AddTopology(Topology.WorkQueue(_queue))
                .AddConsumer<Job>(_queue, HandleAsync, options => (options.Prefetch, options.Concurrency, options.RedeliveryLimit, options.Policy) = (Prefetch,
                    Handlers, null, new DeliveryPolicy { Delays = [Delay, Delay, Delay] })),
            Cancellation);
        var senders = Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(SendAsync, Cancellation)));
        var kinds = Enumerable.Range(0, faults).Select(number => (Mishap)(number % Enum.GetValues<Mishap>().Length)).ToArray();
        new Random(Seed).Shuffle(kinds);

        for (var number = 0; number < faults; number++)
        {
            await HappenAsync(kinds[number]);
            var mark = Volatile.Read(ref _handled) + Flow;
            await Eventually.Holds(() => Volatile.Read(ref _handled) >= mark, $"messages are handled after fault {number} ({kinds[number]})",
                TimeSpan.FromMinutes(1));
        }

        await _end.CancelAsync();
        await Eventually.Ends(senders, "no call hangs", TimeSpan.FromMinutes(1));
        await SettledAsync();
        Consumer.State.Should().Be(ConsumerState.Idle, "it is alive and has nothing left");
        await Eventually.Ends(_bus.StopAsync(Cancellation), "the drain ends");

        // Unsettled at a fault: what the consumer holds, what is being moved to another queue, what is being published.
        var repeated = _succeeded.Values.Sum(times => times - 1);
        repeated.Should().BeLessThanOrEqualTo(faults * (Prefetch + Handlers + Senders));
        _sent.Keys.Where(number => FateOf(number) != Fate.GivesUp).Should().OnlyContain(number => _succeeded.ContainsKey(number), "lost 0");
        _sent.Keys.Where(number => FateOf(number) == Fate.FailsOnce).Should().OnlyContain(number => _failed.ContainsKey(number), "its first attempt failed");
        _dead.Should().BeEquivalentTo(_sent.Keys.Where(number => FateOf(number) == Fate.GivesUp), "each that was given up is a dead letter, and no other");
    }

    private Task HandleAsync(Job job, MessageContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _handled);
        switch (FateOf(job.Number))
        {
            case Fate.GivesUp:
                throw new PermanentFailureException("given up");
            case Fate.FailsOnce when context.Attempt == 1:
                _failed.AddOrUpdate(job.Number, 1, static (_, times) => times + 1);
                throw new InvalidOperationException("not yet");
            default:
                _succeeded.AddOrUpdate(job.Number, 1, static (_, times) => times + 1);
                return Task.CompletedTask;
        }
    }

    private Task HappenAsync(Mishap mishap) => mishap switch
    {
        Mishap.Kill => Do(() => Backend.ProxyOf(_transport).Cut()),
        Mishap.HalfOpen => Do(() => Backend.ProxyOf(_transport).HalfOpen()),
        Mishap.MissingExchange => MissExchangeAsync(),
        Mishap.BrokenChannel => BreakChannelAsync(),
        Mishap.DeletedQueue => DeleteQueueAsync(),
        _ => BlockAsync(),
    };

    private async Task MissExchangeAsync()
        => (await _transport.PublishAsync(TextMessage.Of("x"), Destination.ToExchange($"missing.{Guid.CreateVersion7():n}"), UnroutableBehavior.Fail,
            Eventually.Watchdog, Cancellation)).Code.Should().Be(404);

    private async Task BreakChannelAsync()
    {
        var (_, consumer) = _transport.Consuming[0];
        await consumer.Channel.BasicAckAsync(ulong.MaxValue / 2, multiple: false, Cancellation); // an unknown tag: 406
        await Eventually.Ends(consumer.Closed, "the broker closes the channel");
    }

    /// <summary>When it is empty: what is in a queue goes with it, and no client can help that.</summary>
    private async Task DeleteQueueAsync()
    {
        _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SettledAsync();
        await RabbitMqServer.DeleteQueueAsync(_queue);
        _open.SetResult();
    }

    private async Task BlockAsync()
    {
        await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "0.000001");
        try
        {
            await Eventually.Holds(() => _transport.PublishingState == TransportState.Blocked, "the broker blocks");
        }
        finally
        {
            await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "absolute", "1GB");
        }
    }

    /// <summary>Until everything sent has ended as its handler decided, and the consumer holds nothing.</summary>
    private Task SettledAsync() => Eventually.Holds(
        async () => Volatile.Read(ref _numbers) == _sent.Count
            && _sent.Keys.All(number => FateOf(number) == Fate.GivesUp || _succeeded.ContainsKey(number))
            && Consumer is { State: ConsumerState.Idle, Waiting: 0, Running: 0 }
            && await RabbitMqServer.ReadyAsync(Topology.RetryQueueOf(_queue, Delay)) == 0
            && await RabbitMqServer.ReadyAsync(_queue) == 0
            && (_dead = await DeadAsync()).SetEquals(_sent.Keys.Where(number => FateOf(number) == Fate.GivesUp)),
        "everything sent is handled and settled",
        TimeSpan.FromMinutes(1));

    /// <summary>The numbers of the dead letters.</summary>
    private async Task<HashSet<int>> DeadAsync()
        => [.. (await TextsAsync(Topology.DeadLetterQueueOf(_queue))).Select(static text => int.Parse(text, CultureInfo.InvariantCulture))];

    private async Task SendAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            await _open.Task;
            var number = Interlocked.Increment(ref _numbers);
            while (!(await PublishJobAsync(number)).IsConfirmed)
            {
                // As a service would: while the queue is gone or not there yet, its message is returned or refused, and sent again.
            }

            _sent.TryAdd(number, 1);
        }
    }

    private async Task<PublishOutcome> PublishJobAsync(int number)
        => await _bus.Publisher.TryPublishAsync(_bus.Publisher.Catalog.Create(new Job(number)), Destination.ToQueue(_queue), cancellationToken: Cancellation);

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
