namespace TechCorp.Resilience;

/// <summary>The exponential wait as a pure function of the retry.</summary>
internal static class Backoff
{
    /// <param name="retry">1 for the wait before the second attempt.</param>
    /// <param name="first">The wait before the second attempt.</param>
    /// <param name="cap">The longest wait.</param>
    /// <returns>first × 2^(retry − 1), at most the cap; never negative, never overflowed.</returns>
    internal static TimeSpan Delay(int retry, TimeSpan first, TimeSpan cap)
    {
        var doublings = retry - 1;
        return first <= TimeSpan.Zero ? TimeSpan.Zero
            : doublings >= 63 || first.Ticks > cap.Ticks >> doublings ? cap
            : TimeSpan.FromTicks(first.Ticks << doublings);
    }

    /// <param name="delay">The exact wait.</param>
    /// <param name="jitter">How it is spread.</param>
    /// <param name="chance">A number from 0 up to, but not including, 1.</param>
    internal static TimeSpan Spread(TimeSpan delay, JitterKind jitter, double chance) => jitter switch
    {
        JitterKind.Full => delay * chance,
        JitterKind.Equal => delay / 2 + delay / 2 * chance,
        _ => delay,
    };
}
