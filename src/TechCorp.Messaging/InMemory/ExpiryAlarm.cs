namespace TechCorp.Messaging;

/// <summary>The one timer that wakes the broker when a message may have expired. Thread-safe; used outside the broker's lock,
/// because a clock is foreign.</summary>
internal sealed class ExpiryAlarm : IDisposable
{
    // Timers take at most 49 days; ringing too early is harmless.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly Func<TimeSpan> _now;
    private readonly Action _ring;
    private readonly ITimer _timer;
    private TimeSpan _moment = TimeSpan.MaxValue; // guarded by _gate

    /// <summary>Creates it unset.</summary>
    /// <param name="timeProvider">Makes the timer.</param>
    /// <param name="now">The broker's clock.</param>
    /// <param name="ring">Expires what is due and sets the alarm again.</param>
    internal ExpiryAlarm(TimeProvider timeProvider, Func<TimeSpan> now, Action ring)
    {
        _now = now;
        _ring = ring;
        _timer = timeProvider.CreateTimer(static alarm => ((ExpiryAlarm)alarm!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Rings at this moment unless it is set for an earlier one.</summary>
    internal void Set(TimeSpan moment)
    {
        if (moment == TimeSpan.MaxValue)
        {
            return;
        }

        lock (_gate)
        {
            if (moment >= _moment)
            {
                return;
            }

            _moment = moment;
        }

        Apply(moment);
    }

    public void Dispose() => _timer.Dispose();

    // Two callers may reach the timer in the wrong order, so the caller that changed it checks whether it is still the wanted one.
    private void Apply(TimeSpan moment)
    {
        bool wanted;
        do
        {
            _timer.Change(Due(moment), Timeout.InfiniteTimeSpan);
            lock (_gate)
            {
                wanted = moment == _moment || _moment == TimeSpan.MaxValue;
                moment = _moment;
            }
        }
        while (!wanted);
    }

    private TimeSpan Due(TimeSpan moment)
    {
        // Rounded up to the timer's millisecond, or it rings just before the moment again and again.
        var due = TimeSpan.FromMilliseconds(Math.Ceiling((moment - _now()).TotalMilliseconds));
        return due < TimeSpan.Zero ? TimeSpan.Zero : due > Longest ? Longest : due;
    }

    private void Ring()
    {
        lock (_gate)
        {
            _moment = TimeSpan.MaxValue;
        }

        _ring();
    }
}
