using System.Collections.Immutable;

namespace TechCorp.Messaging;

/// <summary>One service's way to an <see cref="InMemoryBroker"/>. Everything completes at once; nothing expires in flight and no
/// connection is lost by itself.</summary>
internal sealed class InMemoryTransport(InMemoryBroker broker) : ITransport
{
    private readonly string _id = Guid.CreateVersion7().ToString("n"); // in the names of the queues that this process has for itself
    private volatile ImmutableHashSet<string> _own = ImmutableHashSet.Create<string>(StringComparer.Ordinal);
    private volatile bool _stopped;

    public string Name => "in-memory";

    public string System => "in_memory";

    /// <summary>None ever: a publish has ended when its call returns.</summary>
    public PublishLoad PublishLoad => default;

    public TransportState State => _stopped ? TransportState.Stopped : TransportState.Connected;

    /// <summary>Of the server that the broker imitates.</summary>
    public Version? BrokerVersion => broker.RabbitMqVersion;

    internal InMemoryConnection Connection { get; } = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.CompletedTask;
    }

    public Task DeclareAsync(Topology topology, TopologyMode mode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ThrowIfOver(cancellationToken);
        _own = _own.Union(topology.Queues.Where(queue => queue.IsExclusive).Select(queue => queue.Name));
        topology = ExclusiveQueues.Named(topology, NameOf);
        switch (mode)
        {
            case TopologyMode.Create:
                broker.Do((Connection, topology), static (state, argument, now) => state.Declare(argument.topology, argument.Connection, now));
                break;
            case TopologyMode.Validate:
                broker.Do(ExclusiveQueues.Without(topology), static (state, topology, _) => state.Validate(topology));
                break;
        }

        if (mode != TopologyMode.Create && ExclusiveQueues.Any(topology))
        {
            broker.Do((Connection, ExclusiveQueues.Only(topology)), static (state, argument, now) => state.Declare(argument.Item2, argument.Connection, now));
        }

        return Task.CompletedTask;
    }

    public Task RestoreAsync(Topology topology, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ThrowIfOver(cancellationToken);
        broker.Do((Connection, topology), static (state, argument, now) => state.Restore(argument.topology, argument.Connection, now));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<TopologyChange>> PlanAsync(Topology topology, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ThrowIfOver(cancellationToken);
        return Task.FromResult(broker.Do(topology, static (state, topology, _) => state.Plan(topology)));
    }

    public ValueTask<PublishOutcome> PublishAsync(Message message, Destination destination, UnroutableBehavior unroutableBehavior, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        if (_stopped)
        {
            return ValueTask.FromResult(PublishOutcome.ExpiredUnwritten("the transport has stopped."));
        }

        // Copied before the lock is taken: the headers are the caller's own type.
        var stored = StoredMessage.From(message, destination);
        return ValueTask.FromResult(broker.Do((stored, unroutableBehavior),
            static (state, argument, now) => state.Publish(argument.stored, argument.unroutableBehavior, now)));
    }

    public async Task<IDeliverySource> ConsumeAsync(string queue, ushort prefetch, Action<Delivery> sink, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ArgumentOutOfRangeException.ThrowIfZero(prefetch); // 0 means no limit at all
        ArgumentNullException.ThrowIfNull(sink);
        ThrowIfOver(cancellationToken);
        var consumer = broker.CreateConsumer(Connection, NameOf(queue), prefetch, sink);
        var source = new InMemoryDeliverySource(broker, consumer);
        try
        {
            await broker.Do(consumer, static (state, consumer, now) => state.Consumers.Open(consumer, now)).WaitAsync(cancellationToken).ConfigureAwait(false);
            return source;
        }
        catch (OperationCanceledException)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public Task<IQueueReader> OpenReaderAsync(string queue, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ThrowIfOver(cancellationToken);
        var reader = broker.Do((queue: NameOf(queue), Connection), static (state, argument, _) => state.OpenReader(argument.queue, argument.Connection));
        return Task.FromResult<IQueueReader>(new InMemoryQueueReader(broker, reader));
    }

    public Task<QueueCounts?> CountAsync(string queue, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ThrowIfOver(cancellationToken);
        return Task.FromResult(broker.Do(NameOf(queue), static (state, queue, now) => state.Count(queue, now)));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopped = true;
        await broker.Do(Connection, static (state, connection, now) => state.Close(connection, now)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    private string NameOf(string queue) => _own.Contains(queue) ? $"{queue}.{_id}" : queue;

    private void ThrowIfOver(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_stopped, this);
    }
}
