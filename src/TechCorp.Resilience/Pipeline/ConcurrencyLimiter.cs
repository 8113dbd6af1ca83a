namespace TechCorp.Resilience;

/// <summary>
/// Gives permits to at most so many calls at one time, in the order in which they asked. With a free permit, to take one and to give it back is one interlocked
/// addition each.
/// </summary>
/// <remarks>
/// One number holds the calls that are inside (they hold a permit, or wait for one) and the limit. Who leaves and sees that others wait hands its permit over,
/// so a permit is free only when nobody waits, and no newcomer overtakes. A permit that is handed over before its receiver has come to the queue is kept in
/// <see cref="_kept"/>; that number is negative while a receiver has taken a permit whose giver has not come to the queue yet.
/// </remarks>
internal sealed class ConcurrencyLimiter
{
    private const int LimitShift = 32;

    private readonly Lock _gate = new();
    private readonly LinkedList<PermitWaiter> _queue = new(); // guarded by _gate
    private int _queueLimit; // guarded by _gate
    private int _kept; // guarded by _gate
    private int _excess; // permits above a limit that was lowered; guarded by _gate
    private long _state;

    internal ConcurrencyLimiter(string name, ConcurrencyLimitOptions options)
    {
        Name = name;
        _queueLimit = options.QueueLimit;
        _state = (long)options.PermitLimit << LimitShift;
        ResilienceMetrics.ObserveLimiter(this, name, () => InUse, () => Queued);
    }

    internal string Name { get; }

    internal int InUse => Math.Max(0, (int)Volatile.Read(ref _state) - Queued);

    /// <summary>Whether calls hold permits, or wait for one.</summary>
    internal bool IsBusy => (int)Volatile.Read(ref _state) > 0;

    internal int Queued
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Takes a free permit. Without one the caller is inside all the same and goes on with <see cref="Wait"/>.</summary>
    internal bool TryTake() => Fits(Interlocked.Increment(ref _state));

    /// <summary>What becomes of a call that found no free permit.</summary>
    /// <param name="blocks">Whether it holds its thread while it waits.</param>
    /// <param name="waiter">What it waits for; none when it has a permit after all.</param>
    /// <returns><see langword="false"/>: it is rejected, and outside again.</returns>
    internal bool Wait(bool blocks, out PermitWaiter? waiter)
    {
        waiter = null;
        lock (_gate)
        {
            if (_kept > 0)
            {
                _kept--;
            }
            else if (_queue.Count < _queueLimit)
            {
                waiter = new PermitWaiter(blocks);
                waiter.Place = _queue.AddLast(waiter);
            }
            else if (TryLeave())
            {
                return false;
            }
            else
            {
                _kept--; // a permit is on its way
            }

            return true;
        }
    }

    internal void Return()
    {
        var state = Interlocked.Decrement(ref _state);
        if ((int)state >= (int)(state >> LimitShift))
        {
            HandOver();
        }
    }

    /// <summary>Leaves without the permit that it waited for.</summary>
    internal void GiveUp(PermitWaiter waiter)
    {
        lock (_gate)
        {
            if (waiter.Place is { List: not null } place)
            {
                _queue.Remove(place);
                if (TryLeave())
                {
                    return;
                }

                _kept--;
            }
        }

        Return(); // it came at the same moment
    }

    /// <summary>The exception of a call that is rejected.</summary>
    internal ConcurrencyLimitException Rejection()
    {
        ResilienceMetrics.LimitRejected(Name);
        return new ConcurrencyLimitException(Name, (int)(Volatile.Read(ref _state) >> LimitShift), Volatile.Read(ref _queueLimit));
    }

    /// <summary>Changes the limits. Calls that run and wait stay; after a lower limit, permits are not given again until the rest is within it.</summary>
    internal void Apply(ConcurrencyLimitOptions options)
    {
        int more;
        lock (_gate)
        {
            _queueLimit = options.QueueLimit;
            var state = Volatile.Read(ref _state);
            while (Interlocked.CompareExchange(ref _state, ((long)options.PermitLimit << LimitShift) | (uint)state, state) is var seen && seen != state)
            {
                state = seen;
            }

            var inside = (int)state;
            more = Math.Min(inside, options.PermitLimit) - Math.Min(inside, (int)(state >> LimitShift)) - _excess;
            _excess = Math.Max(0, -more);
        }

        for (; more > 0; more--)
        {
            HandOver();
        }
    }

    private static bool Fits(long state) => (int)state <= (int)(state >> LimitShift);

    private void HandOver()
    {
        PermitWaiter? receiver = null;
        lock (_gate)
        {
            if (_kept < 0)
            {
                _kept++;
            }
            else if (_excess > 0)
            {
                _excess--;
            }
            else if (_queue.First is { } first)
            {
                receiver = first.Value;
                _queue.RemoveFirst();
            }
            else
            {
                _kept++;
            }
        }

        receiver?.SetResult();
    }

    /// <summary>Goes outside, unless everybody who waits, and so this call too, has a permit on its way.</summary>
    private bool TryLeave()
    {
        var state = Volatile.Read(ref _state);
        while ((int)state > (int)(state >> LimitShift) + _excess)
        {
            var seen = Interlocked.CompareExchange(ref _state, state - 1, state);
            if (seen == state)
            {
                return true;
            }

            state = seen;
        }

        return false;
    }
}
