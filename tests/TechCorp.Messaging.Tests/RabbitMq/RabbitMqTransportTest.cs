using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Short words for the tests of the RabbitMQ transport alone.</summary>
public abstract class RabbitMqTransportTest : IAsyncLifetime
{
    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected RabbitMqBackend Backend { get; } = new();

    public ValueTask InitializeAsync() => Backend.StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Backend.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected static Task<PublishOutcome> PublishAsync(RabbitMqTransport transport, string queue, string text = "x", TimeSpan? timeout = null,
        CancellationToken? cancellationToken = null)
        => transport.PublishAsync(TextMessage.Of(text), Destination.ToQueue(queue), UnroutableBehavior.Fail, timeout ?? Eventually.Watchdog,
            cancellationToken ?? Cancellation).AsTask();

    private protected async Task<string> QueueAsync(RabbitMqTransport transport, QueueKind kind = QueueKind.Classic)
    {
        var queue = Backend.Queue();
        await transport.DeclareAsync(Topology.Empty.Add(new QueueDeclaration(queue) { Kind = kind }), TopologyMode.Create, Cancellation);
        return queue;
    }

    private protected static async Task<CollectingConsumer> SubscribeAsync(RabbitMqTransport transport, string queue, ushort prefetch = 10)
    {
        var subscription = new CollectingConsumer();
        subscription.Source = await transport.ConsumeAsync(queue, prefetch, subscription.Take, Cancellation);
        return subscription;
    }

    /// <summary>The texts in a queue, in order, as the plain client reads them.</summary>
    private protected static async Task<List<string>> TextsAsync(string queue)
    {
        await using var channel = await RabbitMqServer.ChannelAsync();
        List<string> texts = [];
        while (await channel.BasicGetAsync(queue, autoAck: false) is { } got)
        {
            texts.Add(System.Text.Encoding.UTF8.GetString(got.Body.Span));
        }

        return texts;
    }
}
