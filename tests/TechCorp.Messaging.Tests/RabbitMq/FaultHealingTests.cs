using System.Globalization;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Every kind of fault, again and again, in random order, while messages flow: it heals by itself each time, and nothing is lost.</summary>
[Collection(nameof(BrokerControl)), Trait("Spec", "CN20")]
public sealed class FaultHealingTests : RabbitMqTransportTest
{
    private const int Senders = 8;
    private const int Flow = 50; // messages that must come after a fault before the next
    private const int Seed = 20;
    private readonly MessageLedger _ledger = new(Senders);
    private readonly CancellationTokenSource _end = new();
    private volatile TaskCompletionSource _open = Opened();
    private RabbitMqTransport _transport = null!;
    private IDeliverySource _source = null!;
    private string _queue = "";
    private long _received;

    private enum Mishap
    {
        Kill,
        MissingExchange,
        BrokenChannel,
        DeletedQueue,
        HalfOpen,
        Blocked,
    }

    [Fact]
    public Task It_heals_from_two_faults_of_each_kind_and_loses_nothing() => RunAsync(12);

    [Fact, Trait("Category", "Soak")]
    public Task It_heals_from_two_hundred_faults_and_loses_nothing() => RunAsync(200);

    private async Task RunAsync(int faults)
    {
        _transport = await Backend.StartAsync(new PublisherOptions(), heartbeat: TimeSpan.FromSeconds(1));
        _queue = await QueueAsync(_transport, QueueKind.Quorum);
        var started = new TaskCompletionSource<IDeliverySource>(TaskCreationOptions.RunContinuationsAsynchronously);
        _source = await _transport.ConsumeAsync(_queue, 20, delivery => Receive(started.Task, delivery), Cancellation);
        started.SetResult(_source);
        var senders = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() => SendAsync(sender), Cancellation)));
        var kinds = Enumerable.Range(0, faults).Select(number => (Mishap)(number % Enum.GetValues<Mishap>().Length)).ToArray();
        new Random(Seed).Shuffle(kinds);

        for (var number = 0; number < faults; number++)
        {
            await HappenAsync(kinds[number]);
            var mark = Volatile.Read(ref _received) + Flow;
            await Eventually.Holds(() => Volatile.Read(ref _received) >= mark, $"messages flow after fault {number} ({kinds[number]})", TimeSpan.FromMinutes(1));
        }

        await _end.CancelAsync();
        await Eventually.Ends(senders, "no call hangs", TimeSpan.FromMinutes(1));
        await Eventually.Holds(() => _ledger.Lost == 0, "every confirmed message is received", TimeSpan.FromMinutes(1));
        _ledger.Unknown.Should().Be(0);
        _ledger.Told.Should().Be(0, "every fault heals within the deadline");
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
        => (await _transport.PublishAsync(TextMessage.Of("x"), Destination.ToExchange($"missing.{Guid.CreateVersion7():n}"), WhenUnroutable.Fail, Eventually.Watchdog, Cancellation)).Code.Should().Be(404);

    private async Task BreakChannelAsync()
    {
        var consumer = ((RabbitMqDeliverySource)_source).Consumer!;
        await consumer.Channel.BasicAckAsync(ulong.MaxValue / 2, multiple: false, Cancellation); // an unknown tag: 406
        await Eventually.Ends(consumer.Closed, "the broker closes the channel");
    }

    /// <summary>When it is empty: what is in a queue goes with it, and no client can help that.</summary>
    private async Task DeleteQueueAsync()
    {
        _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Eventually.Holds(() => _ledger.Unknown == 0 && _ledger.Lost == 0, "the queue is drained");
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

    private async Task SendAsync(int sender)
    {
        while (!_end.IsCancellationRequested)
        {
            await _open.Task;
            var number = _ledger.Send(sender);
            var outcome = await DeliverAsync($"{sender}:{number}");
            _ledger.End(sender, number, outcome.IsConfirmed);
        }
    }

    /// <summary>As a service would: while the queue is gone or not there yet, its message is returned or refused, and sent again.</summary>
    private async Task<PublishOutcome> DeliverAsync(string text)
    {
        while (true)
        {
            var outcome = await PublishAsync(_transport, _queue, text, TimeSpan.FromMinutes(1));
            if (outcome.Kind is not (PublishOutcomeKind.Returned or PublishOutcomeKind.Rejected))
            {
                return outcome;
            }
        }
    }

    private void Receive(Task<IDeliverySource> source, Delivery delivery)
    {
        var words = delivery.Text().Split(':');
        _ledger.Receive(int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
        Interlocked.Increment(ref _received);
        _ = Task.Run(async () => (await source).TrySettle(delivery, Settlement.Acknowledge), CancellationToken.None);
    }

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
