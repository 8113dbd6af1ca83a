namespace TechCorp.Messaging;

/// <summary>What the layers above need of a broker. Two implementations: RabbitMQ and in memory.</summary>
/// <remarks>Safe for concurrent use. Every member that waits ends by its token or its own deadline.</remarks>
internal interface ITransport : IAsyncDisposable
{
    /// <summary>What the logs and health reports call it, without credentials: <c>rabbitmq://host:5672/vhost</c>, <c>in-memory</c>.</summary>
    string Name { get; }

    /// <summary>What telemetry calls its kind: <c>rabbitmq</c>, <c>in_memory</c>.</summary>
    string System { get; }

    /// <summary>The node that publishes go to; null where there is none.</summary>
    ServerEndpoint? PublishingServer => null;

    /// <summary>The node that deliveries come from; null where there is none.</summary>
    ServerEndpoint? ConsumingServer => null;

    /// <summary>The publishes that are under way.</summary>
    PublishLoad PublishLoad { get; }

    /// <summary>How the connection stands at the moment; the worst where there are several.</summary>
    TransportState State { get; }

    /// <summary>The broker's version, once connected; null where there is none or it is not known.</summary>
    Version? BrokerVersion => null;

    /// <summary>Connects. A broker that cannot be reached is retried until the token is canceled; refused credentials or a
    /// missing virtual host throw.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Declares or checks the topology on a separate channel, now and again after every reconnect.</summary>
    /// <exception cref="TopologyException">The broker has it otherwise.</exception>
    Task DeclareAsync(Topology topology, TopologyMode mode, CancellationToken cancellationToken);

    /// <summary>Declares what is missing of a topology; what exists is used as it is, whatever its arguments. Made to be called again and again: while
    /// nothing is missing, it costs the broker as little as possible.</summary>
    /// <exception cref="TopologyException">Something is missing and cannot be declared.</exception>
    Task RestoreAsync(Topology topology, CancellationToken cancellationToken) => DeclareAsync(topology, TopologyMode.Create, cancellationToken);

    /// <summary>Says what declaring would do, and changes nothing that exists.</summary>
    /// <exception cref="TopologyException">The user may not configure something that exists.</exception>
    Task<IReadOnlyList<TopologyChange>> PlanAsync(Topology topology, CancellationToken cancellationToken);

    /// <summary>Publishes, confirmed and mandatory; limits are checked by the caller.</summary>
    /// <param name="message">The message; its properties are complete.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="unroutableBehavior">Whether a return counts as confirmed.</param>
    /// <param name="timeout">How long the whole may take, resends included.</param>
    /// <param name="cancellationToken">The caller's.</param>
    ValueTask<PublishOutcome> PublishAsync(Message message, Destination destination, UnroutableBehavior unroutableBehavior, TimeSpan timeout,
        CancellationToken cancellationToken);

    /// <summary>Begins to consume a queue; survives reconnects by itself, each with a new generation.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="prefetch">The most messages unsettled at once.</param>
    /// <param name="sink">Called for each delivery, in order, never concurrently; must return quickly and not throw.</param>
    /// <param name="cancellationToken">Ends the wait for the first start.</param>
    Task<IDeliverySource> ConsumeAsync(string queue, ushort prefetch, Action<Delivery> sink, CancellationToken cancellationToken);

    /// <summary>Opens a queue to read one message at a time; unsettled messages are requeued when the reader is disposed.</summary>
    Task<IQueueReader> OpenReaderAsync(string queue, CancellationToken cancellationToken);

    /// <summary>How many messages are ready and how many consumers there are; null when the queue does not exist.</summary>
    Task<QueueCounts?> CountAsync(string queue, CancellationToken cancellationToken);

    /// <summary>Ends: waits for confirms that are due until the token is canceled, then closes.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}
