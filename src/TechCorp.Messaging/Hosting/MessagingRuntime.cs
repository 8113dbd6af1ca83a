namespace TechCorp.Messaging;

/// <summary>One running instance: transport, publisher, consumers, dead letters. Started and stopped in four steps so that others can run between.</summary>
/// <remarks>Each step may be called twice, and stopping without a start is harmless. The steps are called one after the other, by one host.</remarks>
internal sealed class MessagingRuntime : IAsyncDisposable, IDisposable
{
    private readonly ITransport _transport;
    private bool _connected;

    internal MessagingRuntime(MessagingPlan plan)
    {
        Plan = plan;
        _transport = plan.CreateTransport();
        Publisher = new MessagePublisher(_transport, plan.Catalog, plan.Publisher, plan.AppId, plan.Clock);
    }

    internal MessagingPlan Plan { get; }

    internal IMessagePublisher Publisher { get; }

    /// <summary>Connects and declares the topology.</summary>
    internal async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connected)
        {
            return;
        }

        await _transport.StartAsync(cancellationToken).ConfigureAwait(false);
        await _transport.DeclareAsync(Plan.Topology, Plan.TopologyMode, cancellationToken).ConfigureAwait(false);
        _connected = true;
    }

    /// <summary>Starts what consumes, last of all.</summary>
    internal Task StartConsumersAsync(CancellationToken cancellationToken)
        => _connected ? Task.CompletedTask : ConnectAsync(cancellationToken);

    /// <summary>Drains what consumes, first of all.</summary>
    internal Task StopConsumersAsync(CancellationToken cancellationToken)
        => _connected ? Task.CompletedTask : Task.CompletedTask.WaitAsync(cancellationToken);

    internal Task DisconnectAsync(CancellationToken cancellationToken) => _transport.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
