using System.Collections.Concurrent;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

[Trait("Spec", "IM1")]
public sealed class InMemoryConcurrencyTests : InMemoryBrokerTest
{
    [Fact]
    public async Task A_slow_sink_does_not_delay_other_consumers()
    {
        await DeclareAsync(new QueueDeclaration("slow"), new QueueDeclaration("other"));
        using var gate = new ManualResetEventSlim();
        var inside = new TaskCompletionSource();
        await using var source = await Transport.ConsumeAsync("slow", 1, _ => { inside.SetResult(); gate.Wait(Cancellation); }, Cancellation);
        await PublishAsync("slow", "1");
        await Eventually.Ends(inside.Task, "the sink is inside");

        (await Eventually.Ends(Task.Run(() => PublishAsync("other", "2"), Cancellation), "another publish is confirmed")).IsConfirmed.Should().BeTrue();
        gate.Set();
    }

    [Fact]
    public async Task A_sink_may_publish_and_settle()
    {
        await DeclareAsync(new QueueDeclaration("in"), new QueueDeclaration("out"));
        var started = new TaskCompletionSource<IDeliverySource>();
        await using var source = await Transport.ConsumeAsync("in", 1, Pass, Cancellation);
        started.SetResult(source);

        await PublishAsync("in", "1");
        await PublishAsync("in", "2");

        await Eventually.Holds(async () => await ReadyAsync("out") == 2, "both have passed");

        void Pass(Delivery delivery)
        {
            Transport.PublishAsync(TextMessage.Of(delivery.Text()), Destination.ToQueue("out"), UnroutableBehavior.Fail, TimeSpan.FromSeconds(1), Cancellation)
                .AsTask().Wait(Cancellation);
            started.Task.Result.TrySettle(delivery, Settlement.Acknowledge).Should().BeTrue();
        }
    }

    [Safeguard("Cancel and dispose wait for the sink", SwitchedOff = "`InMemoryConsumer.Idle` is always complete")]
    [Fact]
    public async Task Cancel_and_dispose_wait_until_the_sink_has_returned()
    {
        await DeclareAsync(new QueueDeclaration("q"));
        using var gate = new ManualResetEventSlim();
        var inside = new TaskCompletionSource();
        var source = await Transport.ConsumeAsync("q", 1, _ => { inside.SetResult(); gate.Wait(Cancellation); }, Cancellation);
        await PublishAsync("q", "1");
        await Eventually.Ends(inside.Task, "the sink is inside");

        var cancelling = source.CancelAsync(Cancellation);
        var disposing = source.DisposeAsync().AsTask();
        cancelling.IsCompleted.Should().BeFalse();
        disposing.IsCompleted.Should().BeFalse();
        gate.Set();

        await Eventually.Ends(Task.WhenAll(cancelling, disposing), "both end");
        (await ReadyAsync("q")).Should().Be(1);
    }

    [Fact]
    public async Task Stopping_a_service_gives_back_what_it_held_and_ends_its_waits()
    {
        await DeclareAsync(new QueueDeclaration("q"));
        var leaving = Broker.CreateTransport();
        var consumer = new CollectingConsumer();
        consumer.Source = await leaving.ConsumeAsync("q", 10, consumer.Take, Cancellation);
        await PublishAsync("q", "1");
        await consumer.ReceivesAsync(1);
        var waiting = leaving.ConsumeAsync("missing", 1, _ => { }, Cancellation);

        await leaving.StopAsync(Cancellation);

        (await ReadyAsync("q")).Should().Be(1);
        consumer.Settle(0).Should().BeFalse();
        var wait = () => Eventually.Ends(waiting, "the wait ends");
        await wait.Should().ThrowAsync<OperationCanceledException>();
        var consume = () => leaving.ConsumeAsync("q", 1, _ => { }, Cancellation);
        await consume.Should().ThrowAsync<ObjectDisposedException>();
    }

    [Theory]
    [InlineData(QueueKind.Classic)]
    [InlineData(QueueKind.Quorum)]
    public async Task Nothing_is_lost_while_many_publish_settle_anyhow_and_lose_their_connections(QueueKind kind)
    {
        const int Publishers = 4;
        const int Each = 500;
        await DeclareAsync(new QueueDeclaration("q") { Kind = kind });
        var acknowledged = new ConcurrentDictionary<string, int>();
        var services = Enumerable.Range(0, 3).Select(_ => Broker.CreateTransport()).ToList();
        var workers = new List<RandomWorker>();
        foreach (var service in services)
        {
            workers.Add(await RandomWorker.StartAsync(service, "q", acknowledged, seed: workers.Count));
        }

        var publishing = Enumerable.Range(0, Publishers).Select(publisher => Task.Run(
            async () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    (await PublishAsync("q", $"{publisher}/{i}")).IsConfirmed.Should().BeTrue();
                    if (i % 50 == 0)
                    {
                        Broker.Cut(services[i / 50 % services.Count]);
                    }
                }
            },
            Cancellation)).ToList();
        await Task.WhenAll(publishing);

        await Eventually.Holds(() => acknowledged.Count == Publishers * Each, "every message is acknowledged", TimeSpan.FromSeconds(60));
        foreach (var service in services)
        {
            await service.DisposeAsync();
        }

        (await ReadyAsync("q")).Should().Be(0);
        acknowledged.Values.Should().OnlyContain(times => times == 1, "what the broker answered true for never comes again");
        workers.Should().OnlyContain(worker => !worker.WasConcurrent);
    }
}
