using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>What every part of the transport contract has: its own backend for each test, one started transport, and short
/// words for the everyday steps.</summary>
/// <remarks>A backend runs a part by deriving from it: <c>public sealed class InMemoryPublishingContract :
/// PublishingContract&lt;InMemoryBackend&gt;;</c></remarks>
public abstract class TransportContract<TBackend> : IAsyncLifetime
    where TBackend : TransportBackend, new()
{
    private readonly List<ITransport> _started = [];

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected TBackend Backend { get; } = new();

    private protected ITransport Transport => _started[0];

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync()
    {
        await Backend.StartAsync();
        await StartServiceAsync();
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        foreach (var transport in _started)
        {
            await transport.DisposeAsync();
        }

        await Backend.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>One more service on the same broker.</summary>
    private protected async Task<ITransport> StartServiceAsync()
    {
        var transport = await Backend.StartTransportAsync();
        _started.Add(transport);
        return transport;
    }

    private protected Task DeclareAsync(Topology topology, TopologyMode mode = TopologyMode.Create) => Transport.DeclareAsync(topology, mode, Cancellation);

    /// <summary>Declares one queue and says its name.</summary>
    private protected async Task<string> DeclareQueueAsync(Func<QueueDeclaration, QueueDeclaration>? with = null)
    {
        var queue = new QueueDeclaration(Backend.Queue());
        await DeclareAsync(Topology.Empty.Add(with?.Invoke(queue) ?? queue));
        return queue.Name;
    }

    private protected Task<PublishOutcome> PublishAsync(Message message, Destination destination,
        UnroutableBehavior unroutableBehavior = UnroutableBehavior.Fail)
        => Transport.PublishAsync(message, destination, unroutableBehavior, Eventually.Watchdog, Cancellation).AsTask();

    /// <summary>Publishes texts, one after the other, and expects each to be confirmed.</summary>
    private protected async Task PublishTextsAsync(Destination destination, params string[] texts)
    {
        foreach (var text in texts)
        {
            (await PublishAsync(TextMessage.Of(text), destination)).IsConfirmed.Should().BeTrue();
        }
    }

    private protected async Task<CollectingConsumer> SubscribeAsync(string queue, ushort prefetch = 100, ITransport? transport = null)
    {
        var subscription = new CollectingConsumer();
        subscription.Source = await (transport ?? Transport).ConsumeAsync(queue, prefetch, subscription.Take, Cancellation);
        return subscription;
    }

    /// <summary>The texts that are ready in a queue, in order; they stay there, but a quorum queue counts a delivery.</summary>
    private protected async Task<string[]> ReadyTextsAsync(string queue)
    {
        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        List<string> texts = [];
        while (await reader.GetAsync(Cancellation) is { } delivery)
        {
            texts.Add(delivery.Text());
        }

        return [.. texts];
    }

    private protected Task HasReadyAsync(string queue, long count)
        => Eventually.Holds(async () => (await Transport.CountAsync(queue, Cancellation))?.Ready == count, $"{count} messages are ready in '{queue}'");

    private protected Task HasConsumersAsync(string queue, int count)
        => Eventually.Holds(async () => (await Transport.CountAsync(queue, Cancellation))?.Consumers == count, $"{count} consumers are known of '{queue}'");
}
