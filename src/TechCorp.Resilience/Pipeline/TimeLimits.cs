namespace TechCorp.Resilience;

/// <summary>The time limits of a pipeline: the timeout of each attempt and the deadline of the whole call.</summary>
internal sealed class TimeLimits(MonotonicClock clock, TimeSpan timeout, TimeSpan? deadline)
{
    internal bool HasDeadline => deadline is not null;

    internal bool HasNone => timeout == Timeout.InfiniteTimeSpan && deadline is null;

    /// <summary>Starts the timer of an attempt with the limit that comes first.</summary>
    internal void Arm(AttemptTimer timer, long startedAt)
    {
        if (deadline is not { } limit)
        {
            timer.Arm(timeout, timeout);
            return;
        }

        var left = TimeLeft(startedAt);
        var deadlineIsFirst = timeout == Timeout.InfiniteTimeSpan || left < timeout;
        timer.Arm(deadlineIsFirst ? left : timeout, deadlineIsFirst ? limit : timeout);
    }

    /// <summary>The time from now to the deadline of a call that started at this timestamp.</summary>
    internal TimeSpan TimeLeft(long startedAt) => deadline is { } limit ? clock.Until(clock.Add(startedAt, limit), clock.Now) : TimeSpan.MaxValue;
}
