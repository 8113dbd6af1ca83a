using System.Collections.Concurrent;

namespace TechCorp.Resilience;

/// <summary>Keeps attempt timers for the next attempts: one for each thread, so that synchronous calls share nothing, and a bounded queue.</summary>
internal sealed class AttemptTimerPool(MonotonicClock clock)
{
    private const int MaxQueued = 256;

    [ThreadStatic]
    private static (AttemptTimerPool? Pool, AttemptTimer? Timer) t_own;

    private readonly ConcurrentQueue<AttemptTimer> _queue = new();
    private int _queued;

    internal AttemptTimer Rent(CancellationToken caller)
    {
        var timer = Take();
        timer.Link(caller);
        return timer;
    }

    internal void Return(AttemptTimer timer)
    {
        if (!timer.TryRecycle())
        {
            timer.Retire();
        }
        else if (t_own.Timer is null)
        {
            t_own = (this, timer);
        }
        else if (Interlocked.Increment(ref _queued) <= MaxQueued)
        {
            _queue.Enqueue(timer);
        }
        else
        {
            Interlocked.Decrement(ref _queued);
            timer.Retire();
        }
    }

    private AttemptTimer Take()
    {
        if (ReferenceEquals(t_own.Pool, this) && t_own.Timer is { } mine)
        {
            t_own = default;
            return mine;
        }

        if (_queue.TryDequeue(out var queued))
        {
            Interlocked.Decrement(ref _queued);
            return queued;
        }

        return new AttemptTimer(clock);
    }
}
