using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Acknowledgements of quick handlers go out together; never later than they must.</summary>
public sealed class RabbitMqGatheredAckTests : RabbitMqTransportTest
{
    private const int Quick = 200;
    private const int Messages = 400;
    private const int Prefetch = 20;

    [Safeguard("Gathered acknowledgements go out by themselves", SwitchedOff = "the timer of 5 ms is never set")]
    [Fact, Trait("Spec", "CN1"), Trait("Spec", "CN12")]
    public async Task What_was_handled_is_acknowledged_while_the_next_handler_blocks_its_thread()
    {
        var queue = Backend.Queue();
        var topology = Topology.WorkQueue(new QueueDeclaration(queue));
        using var gate = new ManualResetEventSlim();
        await using (var publisher = await MessageBus.StartAsync(bus => JobFormat.OnServer(bus).AddTopology(topology), Cancellation))
        {
            for (var i = 1; i <= Messages; i++)
            {
                await publisher.Publisher.PublishAsync(new Job(i), Destination.ToQueue(queue), cancellationToken: Cancellation);
            }
        }

        await using var consumer = await MessageBus.StartAsync(
            bus => JobFormat.OnServer(bus).AddTopology(topology)
            .AddConsumer<Job>(queue, HandleAsync, options => (options.Prefetch, options.Policy) = (Prefetch, DeliveryPolicy.NoRetry)),
            Cancellation);

        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(queue) == Messages - Quick - Prefetch,
            "the broker knows of all that was handled and gives as many more");
        gate.Set();

        Task HandleAsync(Job job, MessageContext context, CancellationToken cancellationToken)
        {
            if (job.Number == Quick + 1)
            {
                gate.Wait(cancellationToken);
            }

            return Task.CompletedTask;
        }
    }
}
