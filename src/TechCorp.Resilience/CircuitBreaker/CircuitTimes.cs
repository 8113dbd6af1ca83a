namespace TechCorp.Resilience;

/// <summary>The deadlines of a circuit, computed from its options.</summary>
internal sealed class CircuitTimes(MonotonicClock clock, CircuitBreakerOptions options)
{
    private readonly TimeSpan _recovery = options.RecoveryTimeout;
    private readonly TimeSpan _longestRecovery = options.MaxRecoveryTimeout;
    private readonly double _growth = options.RecoveryGrowth;
    private readonly TimeSpan _lease = options.ProbeLease ?? options.RecoveryTimeout;

    internal long LeaseEnd(long now) => clock.Add(now, _lease);

    /// <param name="streak">1 when the closed circuit opened, one higher for each failed probe since.</param>
    internal long RecoveryEnd(int streak) => clock.Add(clock.Now, RecoveryTime(streak));

    private TimeSpan RecoveryTime(int streak)
    {
        if (_growth <= 1 || streak <= 1)
        {
            return _recovery;
        }

        var ticks = _recovery.Ticks * Math.Pow(_growth, streak - 1);
        return ticks >= _longestRecovery.Ticks ? _longestRecovery : TimeSpan.FromTicks((long)ticks);
    }
}
