using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>The broker as a plain state machine without lock or clock: the shell around it holds the lock and says what time it is.</summary>
internal sealed class BrokerState
{
    private readonly ExpiryHorizon _horizon = new();
    private readonly ImitatedServer _server;
    private readonly DeadLetterRouter _deadLetters;
    private readonly RoutingTable _routing;
    private readonly HashSet<InMemoryQueue> _targets = [];

    internal BrokerState(Version version)
    {
        _server = new ImitatedServer(version);
        _deadLetters = new DeadLetterRouter(_server);
        _routing = new RoutingTable(_server, _deadLetters, _horizon);
        Consumers = new ConsumerTable(_routing);
    }

    internal TimeSpan NextExpiry => _horizon.Next;

    internal Version Version => _server.Version;

    internal ConsumerTable Consumers { get; }

    /// <summary>Imitates another version from now on; false when there are queues that were made as another one makes them.</summary>
    internal bool TryImitate(Version version)
    {
        if (version != _server.Version && _routing.Queues.Any())
        {
            return false;
        }

        _server.Version = version;
        return true;
    }

    internal bool Declare(Topology topology, InMemoryConnection connection, TimeSpan now)
    {
        try
        {
            _routing.Declare(topology);
        }
        finally
        {
            // A difference stops the declaration half way; what was declared by then stays.
            Consumers.AttachWaiting(now);
            _deadLetters.Deliver(_routing, now);
        }

        foreach (var queue in topology.Queues)
        {
            connection.Declared[queue.Name] = topology;
        }

        return true;
    }

    internal bool Restore(Topology topology, InMemoryConnection connection, TimeSpan now) => Declare(_routing.MissingOf(topology), connection, now);

    internal bool Validate(Topology topology)
    {
        _routing.Validate(topology);
        return true;
    }

    internal IReadOnlyList<TopologyChange> Plan(Topology topology) => _routing.Plan(topology);

    internal PublishOutcome Publish(StoredMessage message, UnroutableBehavior unroutableBehavior, TimeSpan now)
    {
        _targets.Clear();
        if (!_routing.TryRoute(message, _targets))
        {
            return PublishOutcome.Returned(404, $"NOT_FOUND: there is no exchange '{message.Exchange}'.");
        }

        if (_targets.Count == 0)
        {
            return unroutableBehavior == UnroutableBehavior.Accept
                ? PublishOutcome.Confirmed
                : PublishOutcome.Returned(312, $"NO_ROUTE: exchange '{message.Exchange}' leads to no queue for key '{message.RoutingKey}'.");
        }

        // As on the real broker, one full queue makes the answer a refusal while the others keep the message.
        string? full = null;
        foreach (var queue in _targets)
        {
            full = queue.TryAppend(message, now, now) ? full : queue.Declaration.Name;
        }

        _deadLetters.Deliver(_routing, now);
        return full is null ? PublishOutcome.Confirmed : PublishOutcome.Rejected($"Queue '{full}' is full.");
    }

    internal QueueCounts? Count(string queue, TimeSpan now)
    {
        if (_routing.Find(queue) is not { } there)
        {
            return null;
        }

        there.Advance(now);
        _deadLetters.Deliver(_routing, now);
        return there.Counts;
    }

    internal InMemoryReader OpenReader(string queue, InMemoryConnection connection)
    {
        ObjectDisposedException.ThrowIf(connection.IsClosed, typeof(ITransport));
        var reader = new InMemoryReader(_routing.Find(queue) ?? throw DeclareDifference.Missing($"queue '{queue}'"), connection);
        connection.Readers.Add(reader);
        return reader;
    }

    internal Delivery? Get(InMemoryReader reader, TimeSpan now)
    {
        var entry = reader.Queue.Take(now);
        _deadLetters.Deliver(_routing, now);
        return entry is null ? null : reader.Unsettled.Add(entry);
    }

    internal bool Close(InMemoryReader reader, TimeSpan now)
    {
        reader.Connection.Readers.Remove(reader);
        Lose(reader, now);
        _deadLetters.Deliver(_routing, now);
        return true;
    }

    internal bool TrySettle(UnsettledDeliveries holder, Delivery delivery, Settlement settlement, TimeSpan now)
    {
        if (!holder.TryTake(delivery, out var entry))
        {
            return false;
        }

        entry.Queue.Settle(entry, settlement, now);
        _deadLetters.Deliver(_routing, now);
        return true;
    }

    /// <summary>Cancels the consumer and requeues its unsettled deliveries. The task ends when its sink is not called any more.</summary>
    internal Task Close(InMemoryConsumer consumer, TimeSpan now)
    {
        Consumers.Close(consumer, now);
        _deadLetters.Deliver(_routing, now);
        return consumer.Idle;
    }

    /// <summary>Closes everything a service has open. The task ends when none of its sinks is called any more.</summary>
    internal Task Close(InMemoryConnection connection, TimeSpan now)
    {
        connection.IsClosed = true;
        List<InMemoryConsumer> consumers = [.. connection.Consumers];
        consumers.ForEach(consumer => Consumers.Close(consumer, now));
        connection.Readers.ForEach(reader => Lose(reader, now));
        connection.Readers.Clear();
        foreach (var (name, topology) in connection.Declared)
        {
            if (topology.QueuesByName[name].IsExclusive)
            {
                _routing.Remove(name)?.Delete();
            }
        }

        _deadLetters.Deliver(_routing, now);
        return Task.WhenAll(consumers.Select(consumer => consumer.Idle));
    }

    /// <summary>Every channel of the service is lost; consumers get a new one at once, readers do not.</summary>
    internal bool Cut(InMemoryConnection connection, TimeSpan now)
    {
        connection.Readers.ForEach(reader => Lose(reader, now));
        Consumers.Cut(connection, now);
        foreach (var (name, topology) in connection.Declared)
        {
            if (topology.QueuesByName[name].IsExclusive && Delete(name, now)) // it dies with the connection; its consumers declare it again
            {
                _routing.Restore(topology.QueuesByName[name], topology.Bindings);
            }
        }

        _deadLetters.Deliver(_routing, now);
        return true;
    }

    /// <summary>Deletes a queue with everything in it; false when there is none. A service that declared it and consumes it declares it again.</summary>
    internal bool Delete(string name, TimeSpan now)
    {
        if (_routing.Remove(name) is not { } queue)
        {
            return false;
        }

        Consumers.LoseQueue(queue, now);
        _deadLetters.Deliver(_routing, now);
        return true;
    }

    /// <summary>Lets every queue expire what is due and finds the next moment at which something is.</summary>
    internal bool Expire(TimeSpan now)
    {
        _horizon.Reset();
        foreach (var queue in _routing.Queues)
        {
            queue.Advance(now);
        }

        _deadLetters.Deliver(_routing, now);
        return true;
    }

    [Conditional("DEBUG")]
    internal void AssertInvariants()
    {
        foreach (var queue in _routing.Queues)
        {
            queue.AssertInvariants(_horizon.Next);
        }
    }

    private static void Lose(InMemoryReader reader, TimeSpan now)
    {
        reader.IsLost = true;
        reader.Queue.TakeBack(reader.Unsettled.Renew(), now);
    }
}
