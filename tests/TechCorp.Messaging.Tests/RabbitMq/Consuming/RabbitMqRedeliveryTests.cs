using System.Collections.Concurrent;
using RabbitMQ.Client;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class RabbitMqRedeliveryTests : RabbitMqTransportTest
{
    [Safeguard("A delivery count counts only for a redelivery", SwitchedOff = "neither `AmqpDelivery.Of` nor `ConsumerPlan` asks whether it was redelivered")]
    [Theory, Trait("Spec", "FM7"), Trait("Spec", "FV3")]
    [InlineData(QueueKind.Quorum, 1)]
    [InlineData(QueueKind.Classic, null)]
    public async Task A_count_in_a_published_message_is_not_believed(QueueKind kind, int? redeliveries)
    {
        var queue = Backend.Queue();
        var gate = new TaskCompletionSource();
        var seen = new ConcurrentQueue<(bool Redelivered, int? Redeliveries)>();
        await using var bus = await MessageBus.StartAsync(
            bus => JobFormat.OnServer(bus).AddTopology(Topology.WorkQueue(new QueueDeclaration(queue) { Kind = kind }))
                .AddConsumer<Job>(queue, (_, context, _) =>
                {
                    seen.Enqueue((context.Redelivered, context.Redeliveries));
                    return seen.Count == 1 ? gate.Task : Task.CompletedTask;
                }),
            Cancellation);
        await using var channel = await RabbitMqServer.ChannelAsync();
        var counts = new Dictionary<string, object?> { ["x-delivery-count"] = 50L, ["x-acquired-count"] = 60L };
        for (var number = 0; number < 2; number++)
        {
            await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Type = "job", MessageId = $"{number}", Headers = counts },
                TextMessage.Of($"{number}").Body, Cancellation);
        }

        await Eventually.Holds(() => seen.Count == 1 && bus.Consumers.Status()[0].Waiting == 1, "one is handled and one waits");
        var pause = bus.Consumers.PauseAsync(queue, Cancellation);
        gate.SetResult();
        await pause;
        await bus.Consumers.ResumeAsync(queue, Cancellation);

        await Eventually.Holds(() => bus.Consumers.Status()[0].Acknowledged == 2, "both are handled");
        seen.Should().Equal((false, 0), (true, redeliveries));
        (await bus.DeadLetters.PeekAsync(queue, cancellationToken: Cancellation)).Should().BeEmpty();
    }

    [Safeguard("Requeued deliveries go out in one frame after the acknowledgements", SwitchedOff = "`RabbitMqSettleLedger.LastOfRun` finds none")]
    [Safeguard("The acknowledgement of the last handler goes out when it ends, before more is requeued",
        SwitchedOff = "`DeliveryPump.TakeNext` does not flush when the pump is closed")]
    [Theory, Trait("Spec", "FM4"), Trait("Spec", "CN9")]
    [InlineData(64)]
    [InlineData(256)]
    public Task Stops_with_a_full_prefetch_handle_no_message_twice(int prefetch) => StopAgainAndAgainAsync(prefetch, messages: 500, stops: 6);

    [Theory, Trait("Category", "Soak"), Trait("Spec", "FM4"), Trait("Spec", "CN9")]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    public Task Nineteen_stops_with_a_full_prefetch_handle_none_of_1500_messages_twice(int prefetch)
        => StopAgainAndAgainAsync(prefetch, messages: 1_500, stops: 19);

    private async Task StopAgainAndAgainAsync(int prefetch, int messages, int stops)
    {
        var queue = Backend.Queue();
        var topology = Topology.WorkQueue(queue);
        var handled = new ConcurrentQueue<int>();
        await using var publisher = await MessageBus.StartAsync(bus => JobFormat.OnServer(bus).AddTopology(topology), Cancellation);
        await Task.WhenAll(Enumerable.Range(0, messages)
            .Select(number => publisher.Publisher.PublishAsync(new Job(number), Destination.ToQueue(queue), cancellationToken: Cancellation)));

        for (var stop = 1; stop <= stops + 1; stop++)
        {
            var service = await MessageBus.StartAsync(
                bus => JobFormat.OnServer(bus).AddTopology(topology).AddConsumer<Job>(queue, HandleAsync, o => o.Prefetch = prefetch),
                Cancellation);
            var until = stop > stops ? messages : messages / (stops + 1) * stop;
            await Eventually.Holds(() => handled.Count >= until, "a share is handled", TimeSpan.FromMinutes(1));
            await service.DisposeAsync();
        }

        handled.Should().OnlyHaveUniqueItems().And.HaveCount(messages);

        async Task HandleAsync(Job job, MessageContext context, CancellationToken cancellationToken)
        {
            for (var steps = 0; steps < 100; steps++)
            {
                await Task.Yield(); // a short call: a stop meets it while it runs
            }

            handled.Enqueue(job.Number);
        }
    }
}
