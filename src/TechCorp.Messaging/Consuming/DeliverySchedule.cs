namespace TechCorp.Messaging;

/// <summary>Decides which waiting delivery may start next: the oldest whose key is not being handled, while fewer run than may.
/// Plain code; its owner holds the lock.</summary>
/// <remarks>Taking is O(1) without keys, and O(waiting) in the worst case with them; waiting is at most the prefetch.</remarks>
internal sealed class DeliverySchedule(int concurrency)
{
    private readonly HashSet<string> _runningKeys = new(StringComparer.Ordinal);
    private QueuedDelivery? _first; // the deliveries link to each other: a list without nodes
    private QueuedDelivery? _last;

    internal int Waiting { get; private set; }

    internal int Running { get; private set; }

    internal void Add(QueuedDelivery delivery)
    {
        if (_last is null)
        {
            _first = delivery;
        }
        else
        {
            _last.Next = delivery;
        }

        _last = delivery;
        Waiting++;
    }

    /// <summary>Takes the next; it is running until <see cref="Done"/>.</summary>
    internal QueuedDelivery? TryTake()
    {
        if (Running == concurrency)
        {
            return null;
        }

        QueuedDelivery? before = null;
        for (var waiting = _first; waiting is not null; (before, waiting) = (waiting, waiting.Next))
        {
            if (waiting.Key is null || _runningKeys.Add(waiting.Key))
            {
                Remove(waiting, before);
                Running++;
                return waiting;
            }
        }

        return null;
    }

    internal void Done(QueuedDelivery delivery)
    {
        Running--;
        if (delivery.Key is not null)
        {
            _runningKeys.Remove(delivery.Key);
        }
    }

    /// <summary>Drops what came on an older channel: the broker has it back already.</summary>
    /// <returns>How many.</returns>
    internal int DropOlderThan(long generation)
    {
        var waitedBefore = Waiting;
        QueuedDelivery? before = null;
        for (var waiting = _first; waiting is not null;)
        {
            var next = waiting.Next;
            if (waiting.Delivery.Generation < generation)
            {
                Remove(waiting, before);
            }
            else
            {
                before = waiting;
            }

            waiting = next;
        }

        return waitedBefore - Waiting;
    }

    /// <summary>Takes out everything that waits, in order.</summary>
    internal IReadOnlyList<QueuedDelivery> TakeAllWaiting()
    {
        List<QueuedDelivery> all = new(Waiting);
        while (_first is { } first)
        {
            Remove(first, before: null);
            all.Add(first);
        }

        return all;
    }

    private void Remove(QueuedDelivery waiting, QueuedDelivery? before)
    {
        if (before is null)
        {
            _first = waiting.Next;
        }
        else
        {
            before.Next = waiting.Next;
        }

        _last = waiting == _last ? before : _last;
        waiting.Next = null;
        Waiting--;
    }
}
