using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Four services consume one queue, and each is restarted while messages flow, as a deployment does.</summary>
public sealed class RollingRestartTests : RabbitMqTransportTest
{
    private const int Services = 4;
    private const int Concurrency = 2;
    private const int Senders = 16; // more than one service handles, so that there is always something in the queue
    private const int Shares = Services + 1; // of what is sent: one with each restart, and one after the last
    private const int Messages = 8_000;

    [Safeguard("Handlers end before their channel is closed", Remark = "four services under load: a message twice")]
    [Safeguard("What handlers settled goes out before their channel is closed",
        SwitchedOff = "`RabbitMqConsumer.CloseAsync` does not wait until the settles are written",
        Remark = "a message twice")]
    [Theory, Trait("Spec", "CN9")]
    [InlineData(QueueKind.Classic)]
    [InlineData(QueueKind.Quorum)]
    public async Task A_rolling_restart_of_four_consumers_under_load_handles_every_message_once(QueueKind kind)
    {
        var queue = Backend.Queue();
        var ledger = new MessageLedger(Senders);
        var topology = Topology.WorkQueue(new QueueDeclaration(queue) { Kind = kind });
        await using var publisher = await MessageBus.StartAsync(bus => JobFormat.OnServer(bus).AddTopology(topology), Cancellation);
        var maySend = Enumerable.Range(0, Shares).Select(_ => Gate()).ToList();
        var handlersMayEnd = Enumerable.Repeat(Task.CompletedTask, Services).ToArray();
        var services = new List<MessageBus>();
        for (var i = 0; i < Services; i++)
        {
            services.Add(await StartServiceAsync(i));
        }

        var sending = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() => SendAsync(sender), Cancellation)));
        for (var i = 0; i < Services; i++)
        {
            var stopMeetsWork = Gate();
            Volatile.Write(ref handlersMayEnd[i], stopMeetsWork.Task);
            maySend[i].SetResult();
            await Eventually.Holds(() => Status(services[i]) is { Running: Concurrency, Waiting: > 0 }, "the stop meets deliveries that run and that wait");
            var stopping = services[i].DisposeAsync();
            await Eventually.Holds(() => ledger.Confirmed == Messages / Shares * (i + 1) && ledger.Lost <= Concurrency,
                "the others handle all but what runs here", TimeSpan.FromMinutes(1));
            stopMeetsWork.SetResult();
            await stopping;
            services[i] = await StartServiceAsync(i);
        }

        maySend[Services].SetResult();
        await Eventually.Ends(sending, "everything is sent", TimeSpan.FromMinutes(1));
        await Eventually.Holds(() => ledger.Lost == 0, "everything is handled", TimeSpan.FromMinutes(1));
        foreach (var service in services)
        {
            await service.DisposeAsync();
        }

        ledger.Confirmed.Should().Be(Messages);
        ledger.Duplicates.Should().Be(0);
        (await TextsAsync(queue)).Should().BeEmpty();

        async Task SendAsync(int sender)
        {
            foreach (var start in maySend)
            {
                await start.Task;
                for (var i = 0; i < Messages / Senders / Shares; i++)
                {
                    var number = ledger.Send(sender);
                    await publisher.Publisher.PublishAsync(new Job((number * Senders) + sender), Destination.ToQueue(queue), cancellationToken: Cancellation);
                    ledger.End(sender, number, confirmed: true);
                }
            }
        }

        static TaskCompletionSource Gate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

        static ConsumerStatus Status(MessageBus service) => service.Consumers.Status().Single();

        Task<MessageBus> StartServiceAsync(int service) => MessageBus.StartAsync(
            bus => JobFormat.OnServer(bus).AddTopology(topology)
            .AddConsumer<Job>(queue, (job, _, _) => HandleAsync(job, service),
                options => (options.Prefetch, options.Concurrency, options.Policy) = (20, Concurrency, DeliveryPolicy.NoRetry)),
            Cancellation);

        async Task HandleAsync(Job job, int service)
        {
            await Volatile.Read(ref handlersMayEnd[service]);
            await Task.Yield();
            ledger.Receive(job.Number % Senders, job.Number / Senders);
        }
    }
}
