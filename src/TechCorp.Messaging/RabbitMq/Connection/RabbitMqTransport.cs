using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>RabbitMQ: one connection publishes, another consumes, declares and reads, so that a blocked publisher blocks nothing else.</summary>
internal sealed class RabbitMqTransport : ITransport
{
    private readonly RabbitMqOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ConnectionSupervisor _publishing;
    private readonly ConnectionSupervisor _consuming;
    private readonly RabbitMqPublisher _publisher;
    private readonly DeclaredTopology _declared = new();
    private readonly AcceptedQueues _accepted = new();
    private readonly TopologyRestorer _restorer;
    private readonly RabbitMqDeliverySources _sources = new();
    private readonly string _firstNode;
    private readonly ServerEndpoint _firstServer;
    private readonly string _id = Guid.CreateVersion7().ToString("n"); // in the names of the queues that this process has for itself
    private long _readers;
    private int _stopped;

    /// <param name="options">Checked by the caller; copied.</param>
    /// <param name="publisher">Window, and what happens to publishes when the connection is lost.</param>
    /// <param name="appId">The name of the connections.</param>
    /// <param name="timeProvider">The clock of deadlines and back-off.</param>
    /// <param name="logger">The transport's log.</param>
    internal RabbitMqTransport(RabbitMqOptions options, PublisherOptions publisher, string appId, TimeProvider timeProvider, ILogger logger)
    {
        _options = options.Copy();
        _timeProvider = timeProvider;
        _logger = logger;
        _restorer = new TopologyRestorer(_accepted);
        var first = BrokerAddress.Of(_options.Uris[0]);
        _firstNode = first.ToString();
        _firstServer = new ServerEndpoint(first.Host, first.Port);
        var causes = new LoggedCauses();
        _publishing = new ConnectionSupervisor(_options, $"{appId} publishing", RedeclareAsync, timeProvider, logger, causes);
        _consuming = new ConnectionSupervisor(_options, $"{appId} consuming", RedeclareAsync, timeProvider, logger, causes);
        _publisher = new RabbitMqPublisher(_publishing, publisher, _options, ExchangeExistsAsync, timeProvider, logger);
    }

    /// <summary>The node that the connections go to, both nodes if they differ; while there is no connection, the first that is tried.</summary>
    public string Name
    {
        get
        {
            var (publishing, consuming) = (_publishing.Peek()?.Address.ToString(), _consuming.Peek()?.Address.ToString());
            return publishing is null || consuming is null || publishing == consuming
                ? consuming ?? publishing ?? _firstNode
                : $"{consuming} (publishing to {publishing})";
        }
    }

    public string System => "rabbitmq";

    /// <summary>While there is no connection, the first node that is tried.</summary>
    public ServerEndpoint? PublishingServer => _publishing.Peek()?.Server ?? _firstServer;

    public ServerEndpoint? ConsumingServer => _consuming.Peek()?.Server ?? _firstServer;

    public PublishLoad PublishLoad => new(Outstanding, WaitingPublishes);

    /// <summary>The worse of the two connections.</summary>
    public TransportState State
    {
        get
        {
            var (publishing, consuming) = (_publishing.State, _consuming.State);
            return consuming < TransportState.Connected && consuming < publishing ? consuming : publishing;
        }
    }

    public Version? BrokerVersion { get; private set; }

    internal TransportState PublishingState => _publishing.State;

    internal TransportState ConsumingState => _consuming.State;

    /// <summary>The consumers that the broker is believed to know.</summary>
    internal IReadOnlyList<(string Queue, RabbitMqConsumer Consumer)> Consuming => _sources.Consuming();

    /// <summary>How many publishes are unconfirmed at the moment.</summary>
    internal int Outstanding => _publisher.Outstanding;

    /// <summary>How many publishes wait to be written at the moment.</summary>
    internal int WaitingPublishes => _publisher.Waiting;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _publisher.Start();
        await Task.WhenAll(_publishing.StartAsync(cancellationToken), _consuming.StartAsync(cancellationToken)).ConfigureAwait(false);
        BrokerVersion = VersionOf((await _consuming.GetAsync(cancellationToken).ConfigureAwait(false)).Connection);
    }

    public async Task DeclareAsync(Topology topology, TopologyMode mode, CancellationToken cancellationToken)
    {
        var before = _sources.Consuming();
        var (shared, own) = (ExclusiveQueues.Without(topology), ExclusiveQueues.Only(topology));
        var outcome = await OnLinkAsync(link => TopologyDeclarer.DeclareAsync(link.Connection, shared, mode, _accepted, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        RabbitMqDeliverySources.Rebuild(before, outcome.Unconsumed);
        Report(outcome);
        _declared.Add(mode == TopologyMode.Create ? topology : own);
        if (ExclusiveQueues.Any(own))
        {
            await OnLinkAsync(link => DeclareOwnAsync(link, own, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        if (mode != TopologyMode.Assume)
        {
            _publisher.Declared(topology);
        }
    }

    public async Task RestoreAsync(Topology topology, CancellationToken cancellationToken)
    {
        var before = _sources.Consuming();
        var outcome = await OnLinkAsync(link => _restorer.RestoreAsync(link, topology, cancellationToken), cancellationToken).ConfigureAwait(false);
        RabbitMqDeliverySources.Rebuild(before, outcome.Unconsumed);
        Report(outcome);
        _publisher.Declared(topology);
    }

    public async Task<IReadOnlyList<TopologyChange>> PlanAsync(Topology topology, CancellationToken cancellationToken)
    {
        var changes = await OnLinkAsync(link => TopologyProbe.AtAsync(link.Connection, topology, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (_options.ManagementUri is not { } management)
        {
            return changes;
        }

        using var api = new ManagementApi(management, _options, await BrokerCredentials.AskAsync(_options, cancellationToken).ConfigureAwait(false));
        return await ManagementDiff.CompleteAsync(changes, topology, api, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<PublishOutcome> PublishAsync(Message message, Destination destination, UnroutableBehavior unroutableBehavior, TimeSpan timeout,
        CancellationToken cancellationToken)
        => _publisher.PublishAsync(message, destination, unroutableBehavior, timeout, cancellationToken);

    public async Task<IDeliverySource> ConsumeAsync(string queue, ushort prefetch, Action<Delivery> sink, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prefetch); // 0 means no limit at all
        var source = new RabbitMqDeliverySource(queue, prefetch, sink, PrepareAsync, RestoreAsync, _consuming, _sources, _options, _timeProvider, _logger);
        try
        {
            await source.StartedAsync(cancellationToken).ConfigureAwait(false);
            return source;
        }
        catch (Exception)
        {
            using var closing = new ClosingBudget(_timeProvider, cancellationToken);
            await ClosingBudget.EndsAsync(source.DisposeAsync().AsTask(), closing.Over).ConfigureAwait(false);
            throw;
        }
    }

    public Task<IQueueReader> OpenReaderAsync(string queue, CancellationToken cancellationToken) => OnLinkAsync<IQueueReader>(async link =>
    {
        if (await TopologyDeclarer.CountAsync(link.Connection, queue, cancellationToken).ConfigureAwait(false) is null)
        {
            throw DeclareRefusal.Of($"queue '{queue}'", 404, "no such queue", null)!;
        }

        var channel = await link.Connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return new RabbitMqQueueReader(queue, channel, link, Interlocked.Increment(ref _readers));
    }, cancellationToken);

    public Task<QueueCounts?> CountAsync(string queue, CancellationToken cancellationToken)
        => OnLinkAsync(link => TopologyDeclarer.CountAsync(link.Connection, IsOwn(queue) ? NameOn(link, queue) : queue, cancellationToken), cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var closing = new ClosingBudget(_timeProvider, cancellationToken);
        await StopAsync(cancellationToken, closing.Over).ConfigureAwait(false);
    }

    /// <summary>Ends unconfirmed publishes at once, and waits for the closings.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true), CancellationToken.None).ConfigureAwait(false);

    private async Task StopAsync(CancellationToken budget, CancellationToken over)
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            await _publisher.StopAsync(budget, over).ConfigureAwait(false);
            await ClosingBudget.EndsAsync(_sources.DisposeAsync().AsTask(), over).ConfigureAwait(false);
            var connections = Task.WhenAll(_publishing.DisposeAsync().AsTask(), _consuming.DisposeAsync().AsTask());
            if (!await ClosingBudget.EndsAsync(connections, over).ConfigureAwait(false))
            {
                _logger.NotClosedInTime(Name);
            }

            _restorer.Dispose();
        }
    }

    private void Report(TopologyOutcome outcome)
    {
        if (outcome.WithoutDeliveryLimit.Count > 0)
        {
            _logger.WithoutDeliveryLimit(string.Join(", ", outcome.WithoutDeliveryLimit.Order(StringComparer.Ordinal)));
        }
    }

    private static Version? VersionOf(IConnection connection)
        => connection.ServerProperties is { } properties && properties.TryGetValue("version", out var value) && value is byte[] text
            && Version.TryParse(Encoding.UTF8.GetString(text), out var version) ? version : null;

    private Task<bool> ExchangeExistsAsync(string exchange, CancellationToken cancellationToken)
        => OnLinkAsync(link => TopologyDeclarer.ExchangeExistsAsync(link.Connection, exchange, cancellationToken), cancellationToken);

    /// <summary>Does something that may be done twice; when the connection is lost meanwhile, again on the next one.</summary>
    private async Task<T> OnLinkAsync<T>(Func<BrokerLink, Task<T>> action, CancellationToken cancellationToken)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _stopped) != 0, this);
            var link = await LinkAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await action(link).ConfigureAwait(false);
            }
            catch (Exception exception) when (ConnectFailure.IsLoss(exception) && !link.Connection.IsOpen)
            {
                link.GiveUp(ErrorText.MessageOf(exception));
            }
        }
    }

    /// <summary>The stop ends the wait for a connection: nobody who waits has canceled.</summary>
    /// <exception cref="ObjectDisposedException">The transport has stopped.</exception>
    private async Task<BrokerLink> LinkAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _consuming.GetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(RabbitMqTransport));
        }
    }

    /// <summary>On each new connection, before it is used.</summary>
    private async Task RedeclareAsync(BrokerLink link, CancellationToken cancellationToken)
    {
        if (_declared.Current is { } topology)
        {
            Report(await TopologyDeclarer.DeclareAsync(link.Connection, ExclusiveQueues.Without(topology), TopologyMode.Create, _accepted, cancellationToken)
                .ConfigureAwait(false));
        }
    }

    /// <summary>The broker's name of a queue on this connection. One that the process has for itself died with the connection before, so it is
    /// declared.</summary>
    private async Task<string> PrepareAsync(BrokerLink link, string queue, CancellationToken cancellationToken)
    {
        if (!IsOwn(queue))
        {
            return queue;
        }

        await DeclareOwnAsync(link, ExclusiveQueues.Only(_declared.Current!.Around([queue])), cancellationToken).ConfigureAwait(false);
        return NameOn(link, queue);
    }

    private async Task<bool> DeclareOwnAsync(BrokerLink link, Topology own, CancellationToken cancellationToken)
    {
        var named = ExclusiveQueues.Named(own, queue => NameOn(link, queue));
        await TopologyDeclarer.DeclareAsync(link.Connection, named, TopologyMode.Create, _accepted, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private bool IsOwn(string queue) => _declared.Current?.QueuesByName.GetValueOrDefault(queue) is { IsExclusive: true };

    /// <summary>Another one on each connection: the broker may hold the last one's queue, locked, until it notices that the connection is gone.</summary>
    private string NameOn(BrokerLink link, string queue)
        => string.Create(CultureInfo.InvariantCulture, $"{queue}.{_id}.{link.Generation}");

    /// <summary>A consumer lost its queue: with the queue its bindings went too.</summary>
    private Task RestoreAsync(BrokerLink link, string queue, CancellationToken cancellationToken)
        => _declared.Current is { } topology && topology.QueuesByName.ContainsKey(queue) ? RedeclareAsync(link, cancellationToken) : Task.CompletedTask;
}
