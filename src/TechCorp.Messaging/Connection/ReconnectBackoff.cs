namespace TechCorp.Messaging;

/// <summary>How long to wait before the next attempt: doubled each time, capped, the upper half at random so that many clients do not come back at once.</summary>
internal static class ReconnectBackoff
{
    /// <param name="first">The wait before the first attempt.</param>
    /// <param name="longest">The cap.</param>
    /// <param name="failures">Failures in a row, from 1.</param>
    /// <param name="random">From 0 to 1.</param>
    internal static TimeSpan Delay(TimeSpan first, TimeSpan longest, int failures, double random)
    {
        var full = Math.Min(longest.Ticks, first.Ticks * Math.Pow(2, Math.Clamp(failures - 1, 0, 62)));
        return TimeSpan.FromTicks((long)(full * (0.5 + (0.5 * random))));
    }
}
