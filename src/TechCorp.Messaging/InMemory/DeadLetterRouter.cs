namespace TechCorp.Messaging;

/// <summary>Moves dead letters from their queues to the targets of the dead-letter exchange. Guarded by the broker's lock.</summary>
/// <remarks>
/// Where dead-lettering is at least once (see <see cref="QueueArguments"/>) a dead letter that finds no queue, only ones that it went in a circle to, or a full
/// one, stays with the queue it died in and is tried again after every change. It holds up no other until 32 of them do. Elsewhere it is dropped. As on
/// RabbitMQ (https://www.rabbitmq.com/docs/quorum-queues#dead-lettering).
/// </remarks>
internal sealed class DeadLetterRouter(ImitatedServer server)
{
    private const int MostOnTheWay = 32;
    private readonly Queue<DeadLetterInTransit> _queued = new();
    private readonly HashSet<InMemoryQueue> _holding = [];
    private readonly HashSet<InMemoryQueue> _targets = [];

    /// <summary>Queues a dead letter; it leaves with the next <see cref="Deliver(RoutingTable, TimeSpan)"/>.</summary>
    internal void Enqueue(QueueEntry entry, string reason)
    {
        var source = entry.Queue.Declaration;
        if (source.DeadLetterExchange is { } exchange)
        {
            var message = entry.Message.DeadLettered(new Death(source.Name, reason), exchange, source.DeadLetterRoutingKey, server.WritesLastDeath);
            _queued.Enqueue(new DeadLetterInTransit(entry.Queue, message, reason, reason == Death.Expired ? entry.ExpiresAt : TimeSpan.MaxValue));
        }
    }

    /// <summary>Delivers the queued and the undelivered dead letters. One after the other and not recursively: a dead letter may push out
    /// another one where it arrives.</summary>
    internal void Deliver(RoutingTable routing, TimeSpan now)
    {
        do
        {
            while (_queued.TryDequeue(out var deadLetter))
            {
                Deliver(deadLetter, routing, now);
            }

            if (_holding.Count > 0)
            {
                _holding.ToList().ForEach(queue => Retry(queue, routing, now));
            }
        }
        while (_queued.Count > 0);
    }

    private void Deliver(DeadLetterInTransit deadLetter, RoutingTable routing, TimeSpan now)
    {
        var source = deadLetter.Source;
        var arrives = deadLetter.Left < now ? deadLetter.Left : now;
        if (!source.KeepsDeadLetters)
        {
            TryDeliver(deadLetter, routing, now, arrives);
        }
        else if (source.UndeliveredDeadLetters.Count >= MostOnTheWay || !TryDeliver(deadLetter, routing, now, arrives))
        {
            source.UndeliveredDeadLetters.Add(deadLetter);
            _holding.Add(source);
        }
    }

    private void Retry(InMemoryQueue source, RoutingTable routing, TimeSpan now)
    {
        for (var i = 0; i < Math.Min(MostOnTheWay, source.UndeliveredDeadLetters.Count);)
        {
            if (TryDeliver(source.UndeliveredDeadLetters[i], routing, now, now))
            {
                source.UndeliveredDeadLetters.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }

        source.Note();
        if (source.UndeliveredDeadLetters.Count == 0)
        {
            _holding.Remove(source);
        }
    }

    /// <summary>True when every queue took it that it did not go to in a circle, and there is one.</summary>
    private bool TryDeliver(DeadLetterInTransit deadLetter, RoutingTable routing, TimeSpan now, TimeSpan arrives)
    {
        _targets.Clear();
        _ = routing.TryRoute(deadLetter.Message, _targets);
        _targets.RemoveWhere(target => deadLetter.Reason != Death.Rejected && deadLetter.Message.Deaths.IsAutomaticCycle(target.Declaration.Name));
        var delivered = _targets.Count > 0;
        foreach (var target in _targets.Where(target => !deadLetter.Arrived.Contains(target)))
        {
            if (target.TryAppend(deadLetter.Message, now, arrives))
            {
                deadLetter.Arrived.Add(target);
            }
            else
            {
                delivered = false;
            }
        }

        return delivered;
    }
}
