namespace TechCorp.Resilience;

/// <summary>The deadlines of a circuit, computed from its options.</summary>
internal sealed class CircuitTimes(MonotonicClock clock, CircuitBreakerOptions options)
{
    /// <summary>Without growth there is one recovery time, and its limit does not apply.</summary>
    private readonly Backoff _recovery = new(options.RecoveryTimeout, options.RecoveryGrowth > 1 ? options.MaxRecoveryTimeout : options.RecoveryTimeout,
        options.RecoveryGrowth);
    private readonly TimeSpan _lease = options.ProbeLease ?? options.RecoveryTimeout;

    internal long LeaseEnd(long now) => clock.Add(now, _lease);

    /// <param name="streak">1 when the closed circuit opened, one higher for each failed probe since.</param>
    internal long RecoveryEnd(int streak) => clock.Add(clock.Now, _recovery.After(streak));
}
