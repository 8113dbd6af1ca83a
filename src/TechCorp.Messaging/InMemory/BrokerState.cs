namespace TechCorp.Messaging;

/// <summary>The broker as a plain state machine without lock or clock: the shell around it holds the gate and says what time it is.</summary>
internal sealed class BrokerState
{
    private readonly RoutingTable _routing;
    private readonly Queue<(QueueEntry Entry, string Reason)> _dead = new();
    private readonly HashSet<InMemoryQueue> _targets = [];

    // Consumers whose queue does not exist (any more): they begin when it is declared.
    private readonly List<InMemoryConsumer> _waiting = [];

    internal BrokerState() => _routing = new RoutingTable((entry, reason) => _dead.Enqueue((entry, reason)));

    /// <summary>Nothing expires before this; it may be too early, never too late.</summary>
    internal TimeSpan NextExpiry { get; private set; } = TimeSpan.MaxValue;

    internal bool Declare(Topology topology, InMemoryConnection connection, TimeSpan now)
    {
        try
        {
            _routing.Declare(topology);
        }
        finally
        {
            // A difference stops the declaring half way; what is there by then is there.
            AttachWaiting(now);
        }

        foreach (var queue in topology.Queues)
        {
            connection.Declared[queue.Name] = topology;
        }

        return true;
    }

    internal bool Validate(Topology topology)
    {
        _routing.Validate(topology);
        return true;
    }

    internal PublishOutcome Publish(StoredMessage message, WhenUnroutable whenUnroutable, TimeSpan now)
    {
        if (!Route(message))
        {
            return PublishOutcome.Returned(404, $"NOT_FOUND: there is no exchange '{message.Exchange}'.");
        }

        if (_targets.Count == 0)
        {
            return whenUnroutable == WhenUnroutable.Accept
                ? PublishOutcome.Confirmed
                : PublishOutcome.Returned(312, $"NO_ROUTE: exchange '{message.Exchange}' leads to no queue for key '{message.RoutingKey}'.");
        }

        // As on the real broker, one full queue turns the answer into a refusal while the others keep the message.
        string? full = null;
        foreach (var queue in _targets)
        {
            if (!queue.TryAppend(message, now))
            {
                full = queue.Declaration.Name;
            }

            Changed(queue);
        }

        BuryDead(now);
        return full is null ? PublishOutcome.Confirmed : PublishOutcome.Rejected($"Queue '{full}' is full.");
    }

    internal QueueCounts? Count(string queue, TimeSpan now)
    {
        if (_routing.Find(queue) is not { } there)
        {
            return null;
        }

        there.Advance(now);
        After(there, now);
        return there.Counts;
    }

    internal bool Open(InMemoryConsumer consumer, TimeSpan now)
    {
        consumer.Connection.Consumers.Add(consumer);
        Attach(consumer, now);
        return true;
    }

    /// <summary>No more deliveries; what is unsettled stays with the consumer.</summary>
    /// <returns>Ends when the sink is not called any more.</returns>
    internal Task Cancel(InMemoryConsumer consumer, TimeSpan now)
    {
        _waiting.Remove(consumer);
        if (consumer.IsAttached && _routing.Find(consumer.Queue) is { } queue)
        {
            queue.Detach(consumer, now);
            After(queue, now);
        }

        return consumer.Idle;
    }

    /// <summary>Cancels it and gives back what is unsettled.</summary>
    /// <returns>Ends when the sink is not called any more.</returns>
    internal Task Close(InMemoryConsumer consumer, TimeSpan now)
    {
        consumer.Connection.Consumers.Remove(consumer);
        Cancel(consumer, now);
        TakeBack(consumer.LoseChannel(), now);
        return consumer.Idle;
    }

    internal Task Close(InMemoryConnection connection, TimeSpan now)
    {
        List<InMemoryConsumer> consumers = [.. connection.Consumers];
        var idle = consumers.ConvertAll(consumer => Close(consumer, now));
        TakeBackFromReaders(connection, now);
        return Task.WhenAll(idle);
    }

    /// <summary>Every channel of the connection is lost and opened anew.</summary>
    internal bool Cut(InMemoryConnection connection, TimeSpan now)
    {
        // First everybody leaves, then what they held goes back, then they come again: nobody is given another's messages in between.
        List<InMemoryConsumer> consumers = [.. connection.Consumers.Where(consumer => consumer.IsAttached)];
        foreach (var consumer in consumers)
        {
            _routing.Find(consumer.Queue)?.Detach(consumer, now);
        }

        foreach (var consumer in connection.Consumers)
        {
            TakeBack(consumer.LoseChannel(), now);
        }

        TakeBackFromReaders(connection, now);
        consumers.ForEach(consumer => Attach(consumer, now));
        return true;
    }

    internal Delivery? Get(string queue, UnsettledDeliveries holder, TimeSpan now)
    {
        if (_routing.Find(queue) is not { } there)
        {
            throw Mismatch.Missing($"queue '{queue}'");
        }

        var entry = there.Take(now);
        After(there, now);
        return entry is null ? null : holder.Add(entry);
    }

    internal bool TrySettle(UnsettledDeliveries holder, Delivery delivery, Settlement settlement, TimeSpan now)
    {
        if (!holder.TryTake(delivery, out var entry))
        {
            return false;
        }

        entry.Queue.Settle(entry, settlement, now);
        After(entry.Queue, now);
        return true;
    }

    /// <summary>Takes back what a channel held when it was closed or lost, oldest first; all of one queue.</summary>
    internal bool TakeBack(List<QueueEntry> entries, TimeSpan now)
    {
        if (entries is not [{ Queue: var queue }, ..])
        {
            return false;
        }

        queue.TakeBack(entries, now);
        After(queue, now);
        return true;
    }

    /// <summary>Deletes a queue with everything in it; false when there is none. A consumer's service declares it again, otherwise the consumer waits until somebody does.</summary>
    internal bool Delete(string name, TimeSpan now)
    {
        if (_routing.Remove(name) is not { } queue)
        {
            return false;
        }

        foreach (var consumer in queue.Delete())
        {
            consumer.IsAttached = false;
            consumer.LoseChannel();
            _waiting.Add(consumer);
            if (consumer.Connection.Declared.TryGetValue(name, out var topology))
            {
                _routing.Restore(topology.QueuesByName[name], topology.Bindings);
            }
        }

        AttachWaiting(now);
        return true;
    }

    /// <summary>Lets every queue expire what is due and finds the next moment at which something is.</summary>
    internal bool Expire(TimeSpan now)
    {
        NextExpiry = TimeSpan.MaxValue;
        foreach (var queue in _routing.Queues)
        {
            queue.Advance(now);
            Changed(queue);
        }

        BuryDead(now);
        return true;
    }

    private void Attach(InMemoryConsumer consumer, TimeSpan now)
    {
        if (_routing.Find(consumer.Queue) is not { } queue)
        {
            _waiting.Add(consumer);
            return;
        }

        queue.Attach(consumer, now);
        After(queue, now);
    }

    private void AttachWaiting(TimeSpan now)
    {
        foreach (var consumer in _waiting.Where(consumer => _routing.Find(consumer.Queue) is not null).ToList())
        {
            _waiting.Remove(consumer);
            Attach(consumer, now);
        }
    }

    private void TakeBackFromReaders(InMemoryConnection connection, TimeSpan now)
    {
        foreach (var reader in connection.Readers)
        {
            TakeBack(reader.Renew(), now);
        }
    }

    private bool Route(StoredMessage message)
    {
        _targets.Clear();
        return _routing.TryRoute(message.Exchange, message.RoutingKey, _targets);
    }

    private void After(InMemoryQueue queue, TimeSpan now)
    {
        Changed(queue);
        BuryDead(now);
    }

    private void Changed(InMemoryQueue queue)
    {
        if (queue.NextExpiry < NextExpiry)
        {
            NextExpiry = queue.NextExpiry;
        }
    }

    // One after the other and not recursively: a dead letter may push out another one where it arrives.
    private void BuryDead(TimeSpan now)
    {
        while (_dead.TryDequeue(out var dead))
        {
            var source = dead.Entry.Queue.Declaration;
            if (source.DeadLetterExchange is not { } exchange)
            {
                continue;
            }

            var message = dead.Entry.Message.DeadLettered(new Death(source.Name, dead.Reason), exchange, source.DeadLetterRoutingKey);
            if (!Route(message))
            {
                continue;
            }

            foreach (var queue in _targets)
            {
                if (dead.Reason == Death.Rejected || !message.Deaths.IsAutomaticCycle(queue.Declaration.Name))
                {
                    queue.TryAppend(message, now);
                    Changed(queue);
                }
            }
        }
    }
}
