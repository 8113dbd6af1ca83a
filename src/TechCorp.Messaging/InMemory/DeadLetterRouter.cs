namespace TechCorp.Messaging;

/// <summary>Takes messages out of the queues they died in and puts them where the dead-letter exchange leads. Guarded by the broker's gate.</summary>
/// <remarks>
/// Where dead-lettering is at least once (see <see cref="QueueArguments"/>) a letter that finds no queue, or a full one, stays with the queue it
/// died in, behind those that died earlier, and is tried again after every change. Elsewhere it is dropped. As on RabbitMQ.
/// </remarks>
internal sealed class DeadLetterRouter
{
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
        else if (source.HeldLetters.Count > 0 || !TryDeliver(letter, routing, now))
        {
            source.HeldLetters.Enqueue(letter);
            _holding.Add(source);
        }
    }

    private void Retry(InMemoryQueue source, RoutingTable routing, TimeSpan now)
    {
        while (source.HeldLetters.TryPeek(out var letter) && TryDeliver(letter, routing, now))
        {
            source.HeldLetters.Dequeue();
        }

        source.Note();
        if (source.HeldLetters.Count == 0)
        {
            _holding.Remove(source);
        }
    }

    /// <summary>True when nobody is left who should have it: every queue took it, or it went in a circle.</summary>
    private bool TryDeliver(DeadLetterInTransit letter, RoutingTable routing, TimeSpan now)
    {
        _targets.Clear();
        if (!routing.TryRoute(letter.Message.Exchange, letter.Message.RoutingKey, _targets) || _targets.Count == 0)
        {
            return false;
        }

        var delivered = true;
        foreach (var target in _targets)
        {
            var circles = letter.Reason != Death.Rejected && letter.Message.Deaths.IsAutomaticCycle(target.Declaration.Name);
            if (circles || letter.Arrived.Contains(target))
            {
                continue;
            }

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
