namespace TechCorp.Messaging;

/// <summary>How consumers come to queues, leave them and come back. Guarded by the broker's lock.</summary>
internal sealed class ConsumerTable(RoutingTable routing)
{
    // Their queue does not exist (any more): they begin when it is declared.
    private readonly List<InMemoryConsumer> _waiting = [];

    internal Task Open(InMemoryConsumer consumer, TimeSpan now)
    {
        ObjectDisposedException.ThrowIf(consumer.Connection.IsClosed, typeof(ITransport));
        consumer.Connection.Consumers.Add(consumer);
        Attach(consumer, now);
        return consumer.Started;
    }

    /// <summary>No more deliveries; what is unsettled stays with the consumer. The task ends when its sink is not called any more.</summary>
    internal Task Cancel(InMemoryConsumer consumer, TimeSpan now)
    {
        _waiting.Remove(consumer);
        var attached = consumer.IsAttached;
        Detach(consumer, now);
        if (attached && routing.Find(consumer.Queue) is { Declaration.IsExclusive: true, Counts.Consumers: 0 })
        {
            routing.Remove(consumer.Queue)!.Delete(); // auto-delete
        }

        return consumer.Idle;
    }

    internal void Close(InMemoryConsumer consumer, TimeSpan now)
    {
        consumer.Connection.Consumers.Remove(consumer);
        Cancel(consumer, now);
        Lose(consumer, now);
        consumer.GiveUpStart();
    }

    /// <summary>The connection's consumers lose their channels and get new ones.</summary>
    internal void Cut(InMemoryConnection connection, TimeSpan now)
    {
        // All leave before anything is requeued: none gets a message on a channel that is about to be lost.
        List<InMemoryConsumer> attached = [.. connection.Consumers.Where(consumer => consumer.IsAttached)];
        attached.ForEach(consumer => Detach(consumer, now));
        foreach (var consumer in connection.Consumers)
        {
            Lose(consumer, now);
        }

        attached.ForEach(consumer => Attach(consumer, now));
    }

    /// <summary>A queue was deleted: its consumers wait for it, and a service that declared it declares it again.</summary>
    internal void LoseQueue(InMemoryQueue queue, TimeSpan now)
    {
        var name = queue.Declaration.Name;
        foreach (var consumer in queue.Delete())
        {
            consumer.IsAttached = false;
            consumer.LoseChannel();
            _waiting.Add(consumer);
            if (consumer.Connection.Declared.TryGetValue(name, out var topology))
            {
                routing.Restore(topology.QueuesByName[name], topology.Bindings);
            }
        }

        AttachWaiting(now);
    }

    internal void AttachWaiting(TimeSpan now)
    {
        foreach (var consumer in _waiting.Where(consumer => routing.Find(consumer.Queue) is not null).ToList())
        {
            _waiting.Remove(consumer);
            Attach(consumer, now);
        }
    }

    private static void Lose(InMemoryConsumer consumer, TimeSpan now)
    {
        if (consumer.LoseChannel() is [{ Queue: var queue }, ..] held)
        {
            queue.TakeBack(held, now);
        }
    }

    private void Attach(InMemoryConsumer consumer, TimeSpan now)
    {
        if (routing.Find(consumer.Queue) is null && consumer.Connection.Declared.GetValueOrDefault(consumer.Queue) is { } topology
            && topology.QueuesByName[consumer.Queue].IsExclusive)
        {
            routing.Restore(topology.QueuesByName[consumer.Queue], topology.Bindings);
        }

        if (routing.Find(consumer.Queue) is { } queue)
        {
            queue.Attach(consumer, now);
        }
        else
        {
            _waiting.Add(consumer);
        }
    }

    private void Detach(InMemoryConsumer consumer, TimeSpan now)
    {
        if (consumer.IsAttached)
        {
            routing.Find(consumer.Queue)?.Detach(consumer, now);
        }
    }
}
