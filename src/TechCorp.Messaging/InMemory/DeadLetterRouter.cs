namespace TechCorp.Messaging;

/// <summary>Takes messages out of the queues they died in and puts them where the dead-letter exchange leads. Guarded by the broker's gate.</summary>
/// <remarks>
/// Where dead-lettering is at least once (see <see cref="QueueArguments"/>) a letter that finds no queue, only ones that it went in a circle to, or a full
/// one, stays with the queue it died in and is tried again after every change. It holds up no other until 32 of them do. Elsewhere it is dropped. As on
/// RabbitMQ (https://www.rabbitmq.com/docs/quorum-queues#dead-lettering).
/// </remarks>
internal sealed class DeadLetterRouter
{
    private const int MostOnTheWay = 32;
    private readonly Queue<DeadLetterInTransit> _buried = new();
    private readonly HashSet<InMemoryQueue> _holding = [];
    private readonly HashSet<InMemoryQueue> _targets = [];

    /// <summary>Takes a dead message down; it leaves with the next delivering.</summary>
    internal void Bury(QueueEntry entry, string reason)
    {
        var source = entry.Queue.Declaration;
        if (source.DeadLetterExchange is { } exchange)
        {
            var message = entry.Message.DeadLettered(new Death(source.Name, reason), exchange, source.DeadLetterRoutingKey);
            _buried.Enqueue(new DeadLetterInTransit(entry.Queue, message, reason));
        }
    }

    /// <summary>Delivers what was buried and what is held. One after the other and not recursively: a letter may push out another one where it arrives.</summary>
    internal void Deliver(RoutingTable routing, TimeSpan now)
    {
        do
        {
            while (_buried.TryDequeue(out var letter))
            {
                Deliver(letter, routing, now);
            }

            if (_holding.Count > 0)
            {
                _holding.ToList().ForEach(queue => Retry(queue, routing, now));
            }
        }
        while (_buried.Count > 0);
    }

    private void Deliver(DeadLetterInTransit letter, RoutingTable routing, TimeSpan now)
    {
        var source = letter.Source;
        if (!source.KeepsDeadLetters)
        {
            TryDeliver(letter, routing, now);
        }
        else if (source.HeldLetters.Count >= MostOnTheWay || !TryDeliver(letter, routing, now))
        {
            source.HeldLetters.Add(letter);
            _holding.Add(source);
        }
    }

    private void Retry(InMemoryQueue source, RoutingTable routing, TimeSpan now)
    {
        for (var i = 0; i < Math.Min(MostOnTheWay, source.HeldLetters.Count);)
        {
            if (TryDeliver(source.HeldLetters[i], routing, now))
            {
                source.HeldLetters.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }

        source.Note();
        if (source.HeldLetters.Count == 0)
        {
            _holding.Remove(source);
        }
    }

    /// <summary>True when every queue took it that it did not go to in a circle, and there is one.</summary>
    private bool TryDeliver(DeadLetterInTransit letter, RoutingTable routing, TimeSpan now)
    {
        _targets.Clear();
        _ = routing.TryRoute(letter.Message.Exchange, letter.Message.RoutingKey, _targets);
        _targets.RemoveWhere(target => letter.Reason != Death.Rejected && letter.Message.Deaths.IsAutomaticCycle(target.Declaration.Name));
        var delivered = _targets.Count > 0;
        foreach (var target in _targets.Where(target => !letter.Arrived.Contains(target)))
        {
            if (target.TryAppend(letter.Message, now))
            {
                letter.Arrived.Add(target);
            }
            else
            {
                delivered = false;
            }
        }

        return delivered;
    }
}
