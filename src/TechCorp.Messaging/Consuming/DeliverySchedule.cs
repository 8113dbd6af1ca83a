namespace TechCorp.Messaging;

/// <summary>Which waiting delivery may start next: the oldest whose key nobody is working on, while fewer run than may. Plain code; its owner locks.</summary>
/// <remarks>Taking is O(1) without keys, and O(waiting) in the worst case with them; waiting is at most the prefetch.</remarks>
internal sealed class DeliverySchedule(int concurrency)
{
    private readonly LinkedList<QueuedDelivery> _waiting = [];
    private readonly HashSet<string> _runningKeys = new(StringComparer.Ordinal);

    internal int Waiting => _waiting.Count;

    internal int Running { get; private set; }

    internal void Add(QueuedDelivery delivery) => _waiting.AddLast(delivery);

    /// <summary>Takes the next; it is running until <see cref="Done"/>.</summary>
    internal QueuedDelivery? TryTake()
    {
        for (var node = Running < concurrency ? _waiting.First : null; node is not null; node = node.Next)
        {
            if (node.Value.Key is null || _runningKeys.Add(node.Value.Key))
            {
                _waiting.Remove(node);
                Running++;
                return node.Value;
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
        var before = _waiting.Count;
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Delivery.Generation < generation)
            {
                _waiting.Remove(node);
            }

            node = next;
        }

        return before - _waiting.Count;
    }

    /// <summary>Takes out everything that waits, in order.</summary>
    internal IReadOnlyList<QueuedDelivery> TakeAllWaiting()
    {
        var all = _waiting.ToArray();
        _waiting.Clear();
        return all;
    }
}
