using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>One broker on a fake clock and one service, for tests of what the shared contracts cannot see.</summary>
public abstract class InMemoryBrokerTest : IAsyncDisposable
{
    private protected InMemoryBrokerTest()
    {
        Broker = new InMemoryBroker(Time);
        Transport = Broker.CreateTransport();
    }

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected FakeTimeProvider Time { get; } = new();

    private protected InMemoryBroker Broker { get; }

    private protected InMemoryTransport Transport { get; }

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        Broker.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task DeclareAsync(params QueueDeclaration[] queues)
        => Transport.DeclareAsync(queues.Aggregate(Topology.Empty, (topology, queue) => topology.Add(queue)), TopologyMode.Create, Cancellation);

    private protected async Task<PublishOutcome> PublishAsync(string queue, string text)
        => await Transport.PublishAsync(TextMessage.Of(text), Destination.ToQueue(queue), UnroutableBehavior.Fail, TimeSpan.FromSeconds(1), Cancellation);

    private protected async Task<CollectingConsumer> SubscribeAsync(string queue, ushort prefetch = 10)
    {
        var consumer = new CollectingConsumer();
        consumer.Source = await Transport.ConsumeAsync(queue, prefetch, consumer.Take, Cancellation);
        return consumer;
    }

    private protected async Task SettleHeadAsync(string queue, Settlement settlement)
    {
        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        (await reader.SettleAsync((await reader.GetAsync(Cancellation))!, settlement, Cancellation)).Should().BeTrue();
    }

    private protected async Task<long> ReadyAsync(string queue) => (await Transport.CountAsync(queue, Cancellation))!.Value.Ready;
}
