using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Four services consume one queue, and each is restarted while messages flow, as a deployment does.</summary>
public sealed class RollingRestartTests : RabbitMqTransportTest
{
    private const int Services = 4;
    private const int Messages = 4_000;

    [Theory, Trait("Spec", "CN9")]
    [InlineData(QueueKind.Classic)]
    [InlineData(QueueKind.Quorum)]
    public async Task A_rolling_restart_of_four_consumers_under_load_handles_every_message_once(QueueKind kind)
    {
        var queue = Backend.Queue();
        var ledger = new MessageLedger(1);
        var topology = Topology.WorkQueue(new QueueDeclaration(queue) { Kind = kind });
        await using var publisher = await MessageBus.StartAsync(bus => JobFormat.OnServer(bus).AddTopology(topology), Cancellation);
        var services = new List<MessageBus>();
        for (var i = 0; i < Services; i++)
        {
            services.Add(await StartServiceAsync());
        }

        var sending = Task.Run(SendAsync, Cancellation);
        for (var i = 0; i < Services; i++)
        {
            var mark = Messages * (i + 1) / (Services + 1);
            await Eventually.Holds(() => ledger.Confirmed >= mark, $"{mark} are sent", TimeSpan.FromMinutes(1));
            await services[i].DisposeAsync();
            services[i] = await StartServiceAsync();
        }

        await Eventually.Ends(sending, "everything is sent", TimeSpan.FromMinutes(1));
        await Eventually.Holds(() => ledger.Lost == 0, "everything is handled", TimeSpan.FromMinutes(1));
        foreach (var service in services)
        {
            await service.DisposeAsync();
        }

        ledger.Confirmed.Should().Be(Messages);
        ledger.Duplicates.Should().Be(0);
        (await TextsAsync(queue)).Should().BeEmpty();

        async Task SendAsync()
        {
            for (var i = 0; i < Messages; i++)
            {
                var number = ledger.Send(0);
                await publisher.Publisher.PublishAsync(new Job(number), Destination.ToQueue(queue), cancellationToken: Cancellation);
                ledger.End(0, number, confirmed: true);
            }
        }

        Task<MessageBus> StartServiceAsync() => MessageBus.StartAsync(
            bus => JobFormat.OnServer(bus).AddTopology(topology).AddConsumer<Job>(queue, (job, _, _) => HandleAsync(job), options => (options.Prefetch, options.Concurrency, options.Policy) = (20, 2, DeliveryPolicy.NoRetry)),
            Cancellation);

        async Task HandleAsync(Job job)
        {
            await Task.Yield();
            ledger.Receive(0, job.Number);
        }
    }
}
