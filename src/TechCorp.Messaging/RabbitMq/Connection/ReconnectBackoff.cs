namespace TechCorp.Messaging;

/// <summary>How long to wait before the next attempt: doubled each time, capped, the upper half at random so that many
/// clients do not come back at once.</summary>
internal static class ReconnectBackoff
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    /// <param name="first">The wait before the first attempt.</param>
    /// <param name="longest">The cap.</param>
    /// <param name="failures">Failures in a row, from 1.</param>
    /// <param name="random">From 0 to 1.</param>
    internal static TimeSpan Delay(TimeSpan first, TimeSpan longest, int failures, double random)
        => Backoff.Spread(new Backoff(first, longest).After(failures), share: 0.5, random);

    /// <summary>Whether something lived long enough for its loss to be the first of a new row: a second, and as long as the wait before it.</summary>
    /// <remarks>A line that breaks now and then comes back at once each time; a broker that takes connections and drops
    /// them is asked less and less often.</remarks>
    /// <param name="lived">From its opening to its loss.</param>
    /// <param name="waited">The wait before it was opened.</param>
    internal static bool IsSettled(TimeSpan lived, TimeSpan waited) => lived >= Settled && lived >= waited;
}
