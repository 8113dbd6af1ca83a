namespace TechCorp.Messaging;

/// <summary>The deliveries of one queue that are being handled in this process, on whichever channel they came: when a channel is lost, the broker delivers
/// its messages again while their handlers still run.</summary>
/// <remarks>
/// Safe for concurrent use. Bounded: what runs is at most the concurrency (and handlers that outlived a stop); of messages that were handled
/// and whose acknowledgement came to nothing, the newest 1,000 are remembered for ten minutes.
/// A message is recognized by its id, its other properties and its body. Of equal messages without an id, one that comes again waits for one that runs, and is
/// handled in any case: the broker may have given the other elsewhere.
/// </remarks>
internal sealed class RunningDeliveries(TimeProvider timeProvider)
{
    private const int MostRemembered = 1_000;
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10); // a broker that is back redelivers at once

    private readonly Lock _gate = new();
    private readonly List<QueuedDelivery> _running = []; // guarded by _gate
    private readonly Queue<(string Identity, long At)> _handled = new(); // guarded by _gate; in the order in which they ended

    /// <summary>The delivery is about to be handled by its source's channel.</summary>
    internal void Begin(QueuedDelivery queued, IDeliverySource source)
    {
        lock (_gate)
        {
            queued.Source = source;
            queued.Place = _running.Count;
            _running.Add(queued);
        }
    }

    /// <summary>Claims the earlier delivery of the same message whose channel is gone; null when there is none. Only a redelivered message has one.</summary>
    internal QueuedDelivery? ClaimEarlier(QueuedDelivery again)
    {
        lock (_gate)
        {
            foreach (var running in _running)
            {
                if (running.Ended is null && IsEarlier(running, again) && MessageIdentity.AreSame(running.Delivery, again.Delivery))
                {
                    running.Ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    return running;
                }
            }

            return null;
        }
    }

    /// <summary>Nobody waits for it any more: another redelivery may claim it.</summary>
    internal void Unclaim(QueuedDelivery earlier)
    {
        lock (_gate)
        {
            earlier.Ended = null;
        }
    }

    /// <summary>Whether the message was handled here before and its acknowledgement came to nothing; it is forgotten with the answer.</summary>
    internal bool WasHandled(Delivery again)
    {
        lock (_gate)
        {
            while (_handled.TryPeek(out var oldest) && timeProvider.GetElapsedTime(oldest.At) > Remembered)
            {
                _handled.Dequeue();
            }

            if (_handled.Count == 0)
            {
                return false;
            }
        }

        var identity = MessageIdentity.Of(again);
        lock (_gate)
        {
            var (left, found) = (_handled.Count, false);
            for (; left > 0; left--)
            {
                var handled = _handled.Dequeue();
                if (!found && handled.Identity == identity)
                {
                    found = true;
                }
                else
                {
                    _handled.Enqueue(handled);
                }
            }

            return found;
        }
    }

    /// <summary>The delivery is done. Call it before its body is released.</summary>
    /// <param name="queued">The delivery.</param>
    /// <param name="handled">Whether its handler succeeded.</param>
    /// <param name="settled">Whether the channel took its settlement: it may go out a few milliseconds later, together with others.</param>
    internal void End(QueuedDelivery queued, bool handled, bool settled)
    {
        // A caller that does not find it among the running ones finds it among the handled ones.
        var identity = handled && !settled && MessageIdentity.IsKnown(queued.Delivery) ? MessageIdentity.Of(queued.Delivery) : null;
        TaskCompletionSource<bool>? waiting;
        lock (_gate)
        {
            var last = _running[^1];
            _running[queued.Place] = last;
            last.Place = queued.Place;
            _running.RemoveAt(_running.Count - 1);
            waiting = queued.Ended;
            if (waiting is null && identity is not null)
            {
                Remember(identity);
            }
        }

        waiting?.TrySetResult(handled);
    }

    private void Remember(string identity)
    {
        if (_handled.Count == MostRemembered)
        {
            _handled.Dequeue();
        }

        _handled.Enqueue((identity, timeProvider.GetTimestamp()));
    }

    /// <summary>Two deliveries of one channel are two messages.</summary>
    private static bool IsEarlier(QueuedDelivery running, QueuedDelivery again)
        => running != again && !(running.Source == again.Source && running.Delivery.Generation >= again.Delivery.Generation);
}
