namespace TechCorp.Patterns.Shared;

/// <summary>Exponential back-off: waits that grow up to a limit. A pure value: no clock, no state, no source of randomness.</summary>
/// <param name="BaseDelay">The wait after the first failure.</param>
/// <param name="MaxDelay">The longest wait, the first included.</param>
/// <param name="Growth">The factor from one wait to the next.</param>
internal readonly record struct Backoff(TimeSpan BaseDelay, TimeSpan MaxDelay, double Growth = 2)
{
    /// <summary>The exact wait after this many failures in a row; fewer than 1 count as 1.</summary>
    /// <returns>BaseDelay × Growth^(failures − 1), at most <see cref="MaxDelay"/>; never negative, never overflowed.</returns>
    internal TimeSpan After(int failures)
    {
        if (BaseDelay <= TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        var steps = Math.Max(failures, 1) - 1;
        return Growth == 2 ? Doubled(steps) : Grown(steps);
    }

    /// <summary>The wait that follows another: twice as long, up to a limit.</summary>
    internal static TimeSpan Next(TimeSpan delay, TimeSpan longest) => new Backoff(delay, longest).After(2);

    /// <summary>Spreads a wait downwards, after it was limited, so that the longest wait stays the longest.</summary>
    /// <param name="delay">The exact wait.</param>
    /// <param name="share">The part of it that is random: 0.5 for the upper half, 1 for all of it.</param>
    /// <param name="random">From 0 to 1.</param>
    internal static TimeSpan Spread(TimeSpan delay, double share, double random) => delay * (1 - share + (share * random));

    private TimeSpan Doubled(int steps)
        => steps >= 63 || BaseDelay.Ticks > MaxDelay.Ticks >> steps ? MaxDelay : TimeSpan.FromTicks(BaseDelay.Ticks << steps);

    private TimeSpan Grown(int steps)
    {
        var ticks = BaseDelay.Ticks * Math.Pow(Growth, steps);
        return ticks >= MaxDelay.Ticks ? MaxDelay : TimeSpan.FromTicks((long)ticks);
    }
}
