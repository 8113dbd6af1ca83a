namespace TechCorp.Messaging;

/// <summary>The subscriptions of one transport, so that a declaration can find that one of them is stalled.</summary>
/// <remarks>
/// RabbitMQ 3.10 does not notify a consumer when its quorum queue is deleted and declared again at once: the new queue counts the consumer and keeps
/// messages for it that are never delivered. The declaration that makes the new queue is the only sign: it answers "no consumers" for a queue that
/// was being consumed. Such a subscription is rebuilt, and the broker requeues the messages that it held.
/// </remarks>
internal sealed class RabbitMqDeliverySources : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<RabbitMqDeliverySource> _sources = []; // guarded by _gate

    internal void Add(RabbitMqDeliverySource source)
    {
        lock (_gate)
        {
            _sources.Add(source);
        }
    }

    internal void Remove(RabbitMqDeliverySource source)
    {
        lock (_gate)
        {
            _sources.Remove(source);
        }
    }

    /// <summary>Disposes those that were not disposed.</summary>
    public async ValueTask DisposeAsync()
    {
        RabbitMqDeliverySource[] left;
        lock (_gate)
        {
            left = [.. _sources];
        }

        await Task.WhenAll(left.Select(static source => source.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    /// <summary>The consumers that the broker is believed to know at this moment.</summary>
    internal IReadOnlyList<(string Queue, RabbitMqConsumer Consumer)> Consuming()
    {
        lock (_gate)
        {
            return [.. from source in _sources where source.IsConsuming select (source.Queue, source.Consumer)];
        }
    }

    /// <summary>Gives up those of the consumers whose queue was found without any.</summary>
    internal static void Rebuild(IReadOnlyList<(string Queue, RabbitMqConsumer Consumer)> believed, IReadOnlyList<string> unconsumed)
    {
        foreach (var (queue, consumer) in believed)
        {
            if (unconsumed.Contains(queue))
            {
                consumer.GiveUp("the queue was deleted and declared again and does not know this consumer");
            }
        }
    }
}
