using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Four services consume one queue, and each is restarted while messages flow, as a deployment does.</summary>
public sealed class RollingRestartTests : RabbitMqTransportTest
{
    private const int Services = 4;
    private const int Senders = 16; // more than one service handles, so that there is always something in the queue
    private const int Messages = 8_000;

    [Theory, Trait("Spec", "CN9")]
    [InlineData(QueueKind.Classic)]
    [InlineData(QueueKind.Quorum)]
    public async Task A_rolling_restart_of_four_consumers_under_load_handles_every_message_once(QueueKind kind)
    {
        var queue = Backend.Queue();
        var ledger = new MessageLedger(Senders);
        var topology = Topology.WorkQueue(new QueueDeclaration(queue) { Kind = kind });
        await using var publisher = await MessageBus.StartAsync(bus => JobFormat.OnServer(bus).AddTopology(topology), Cancellation);
        var services = new List<MessageBus>();
        for (var i = 0; i < Services; i++)
        {
            services.Add(await StartServiceAsync());
        }

        var sending = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() => SendAsync(sender), Cancellation)));
        var held = 0;
        for (var i = 0; i < Services; i++)
        {
            var mark = Messages * (i + 1) / (Services + 1);
            await Eventually.Holds(() => ledger.Confirmed >= mark, $"{mark} are sent", TimeSpan.FromMinutes(1));
            held += Held(services[i]);
            await services[i].DisposeAsync();
            services[i] = await StartServiceAsync();
        }

        await Eventually.Ends(sending, "everything is sent", TimeSpan.FromMinutes(1));
        await Eventually.Holds(() => ledger.Lost == 0, "everything is handled", TimeSpan.FromMinutes(1));
        foreach (var service in services)
        {
            await service.DisposeAsync();
        }

        held.Should().BePositive("the stops met deliveries that were waiting or running");
        ledger.Confirmed.Should().Be(Messages);
        ledger.Duplicates.Should().Be(0);
        (await TextsAsync(queue)).Should().BeEmpty();

        async Task SendAsync(int sender)
        {
            for (var i = 0; i < Messages / Senders; i++)
            {
                var number = ledger.Send(sender);
                await publisher.Publisher.PublishAsync(new Job((number * Senders) + sender), Destination.ToQueue(queue), cancellationToken: Cancellation);
                ledger.End(sender, number, confirmed: true);
            }
        }

        static int Held(MessageBus service) => service.Consumers.Status().Single() is { } status ? status.Waiting + status.Running : 0;

        Task<MessageBus> StartServiceAsync() => MessageBus.StartAsync(
            bus => JobFormat.OnServer(bus).AddTopology(topology).AddConsumer<Job>(queue, (job, _, _) => HandleAsync(job), options => (options.Prefetch, options.Concurrency, options.Policy) = (20, 2, DeliveryPolicy.NoRetry)),
            Cancellation);

        async Task HandleAsync(Job job)
        {
            await Task.Yield();
            ledger.Receive(job.Number % Senders, job.Number / Senders);
        }
    }
}
