using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace TechCorp.Resilience;

/// <summary>
/// The token of one attempt at a time: canceled by the caller or by a timer. Used again only when it is certain that nothing of the last attempt
/// can reach it: the link is gone, the timer has not fired, the source is reset.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "An abandoned operation may use the token forever, so the source is left to the collector.")]
internal sealed class AttemptTimer(MonotonicClock clock)
{
    // The state is (use << 2 | phase), so that a late timer callback of an earlier use changes nothing.
    private const long Idle = 0;
    private const long Armed = 1;
    private const long Fired = 2;
    private const long PhaseMask = 3;

    private readonly CancellationTokenSource _source = new();
    private CancellationTokenRegistration _link;
    private bool _linked;
    private ITimer? _timer;
    private long _state;
    private long _deadline;

    internal CancellationToken Token => _source.Token;

    internal bool HasFired => (Volatile.Read(ref _state) & PhaseMask) == Fired;

    /// <summary>The configured duration behind the current deadline, for the exception.</summary>
    internal TimeSpan Limit { get; private set; }

    internal void Link(CancellationToken caller)
    {
        if (caller.CanBeCanceled)
        {
            _linked = true;
            _link = caller.UnsafeRegister(static self => ((AttemptTimer)self!)._source.Cancel(), this);
        }
    }

    /// <param name="due">The time from now to the cancellation.</param>
    /// <param name="limit">The configured duration that this is, or is the rest of.</param>
    internal void Arm(TimeSpan due, TimeSpan limit)
    {
        Debug.Assert((_state & PhaseMask) == Idle, "Armed once in each use.");
        Limit = limit;
        Volatile.Write(ref _deadline, clock.Add(clock.Now, due));
        Volatile.Write(ref _state, (_state & ~PhaseMask) | Armed);
        _timer ??= CreateTimer();
        _timer.Change(due, System.Threading.Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the use. <see langword="false"/>: something may still reach the source, so it must not be used again.</summary>
    internal bool TryRecycle()
    {
        var unlinked = !_linked || _link.Unregister();
        _linked = false;
        _link = default;

        var state = Volatile.Read(ref _state);
        var disarmed = true;
        if ((state & PhaseMask) == Armed)
        {
            disarmed = Interlocked.CompareExchange(ref _state, NextUse(state), state) == state
                && _timer!.Change(System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
        }
        else if ((state & PhaseMask) == Fired)
        {
            disarmed = false;
        }

        return unlinked && disarmed && _source.TryReset();
    }

    /// <summary>Stops the timer of an object that is not used again. The source stays: an abandoned operation may hold its token.</summary>
    internal void Retire() => _timer?.Dispose();

    private static long NextUse(long state) => (state & ~PhaseMask) + (PhaseMask + 1);

    private ITimer CreateTimer()
    {
        // The execution context of the first caller must not live as long as a pooled timer.
        var suppress = !ExecutionContext.IsFlowSuppressed();
        var flow = suppress ? ExecutionContext.SuppressFlow() : default;
        try
        {
            var never = System.Threading.Timeout.InfiniteTimeSpan;
            return clock.Provider.CreateTimer(static self => ((AttemptTimer)self!).OnTimer(), this, never, never);
        }
        finally
        {
            if (suppress)
            {
                flow.Undo();
            }
        }
    }

    private void OnTimer()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if ((state & PhaseMask) != Armed)
            {
                return;
            }

            var left = clock.Until(Volatile.Read(ref _deadline), clock.Now);
            if (left <= TimeSpan.Zero)
            {
                if (Interlocked.CompareExchange(ref _state, (state & ~PhaseMask) | Fired, state) == state)
                {
                    _source.Cancel();
                }

                return;
            }

            // Early: a system timer ticks coarser than the timestamp, or this callback belongs to an earlier use. Check again afterwards,
            // because a new use may have begun meanwhile and its own due time is the one that counts.
            _timer?.Change(left, System.Threading.Timeout.InfiniteTimeSpan);
            if (Volatile.Read(ref _state) == state)
            {
                return;
            }
        }
    }
}
