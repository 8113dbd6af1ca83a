using System.Globalization;

namespace TechCorp.Resilience;

/// <summary>The thresholds and deadlines of a circuit, computed from its options. Never changes: a reload makes another.</summary>
internal sealed class CircuitTimes(MonotonicClock clock, CircuitBreakerOptions options)
{
    /// <summary>Without growth there is one recovery time, and its limit does not apply.</summary>
    private readonly Backoff _recovery = new(options.RecoveryTimeout, options.RecoveryGrowth > 1 ? options.MaxRecoveryTimeout : options.RecoveryTimeout,
        options.RecoveryGrowth);
    private readonly MonotonicClock _callClock = clock.Coarse;
    private readonly long _slow = options.SlowCallDuration is { } limit ? clock.Coarse.Add(0, limit) : long.MaxValue;
    private readonly TimeSpan _lease = options.ProbeLease ?? options.RecoveryTimeout;

    internal int FailureThreshold => options.FailureThreshold;

    private TimeSpan? Window => options.FailureRatio is null ? null : options.SamplingDuration;

    internal bool HasWindowOf(CircuitTimes other) => Window == other.Window;

    /// <summary>Where the calls of a closed circuit are counted; nowhere without a ratio.</summary>
    internal CallWindow? NewWindow() => Window is { } duration ? new CallWindow(_callClock, duration) : null;

    /// <summary>Whether so many failures among so many calls open the circuit.</summary>
    internal bool OpensOn((long Calls, long Failures) sum)
        => sum.Calls >= options.MinimumThroughput && sum.Failures >= options.FailureRatio * sum.Calls;

    /// <summary>A few words about a call that took too long for a success; <see langword="null"/> when it did not.</summary>
    internal string? Slowness(long admittedAt)
    {
        var now = _callClock.Now;
        return now - admittedAt >= _slow
            ? string.Create(CultureInfo.InvariantCulture,
                $"it took {_callClock.Until(now, admittedAt)}, and {nameof(options.SlowCallDuration)} is {options.SlowCallDuration}")
            : null;
    }

    internal long LeaseEnd(long now) => clock.Add(now, _lease);

    /// <param name="streak">1 when the closed circuit opened, one higher for each failed probe since.</param>
    /// <remarks>Jitter only adds: no probe comes before the recovery time.</remarks>
    internal long RecoveryEnd(int streak)
    {
        var recovery = _recovery.After(streak);
        var more = options.RecoveryJitter == 0 ? TimeSpan.Zero : Backoff.Spread(recovery, share: 1, NextChance() * options.RecoveryJitter);
        return clock.Add(clock.Now, more > TimeSpan.MaxValue - recovery ? TimeSpan.MaxValue : recovery + more);
    }

    private double NextChance()
    {
        lock (options.Random)
        {
            return options.Random.NextDouble();
        }
    }
}
