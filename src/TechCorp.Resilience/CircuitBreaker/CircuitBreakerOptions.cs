namespace TechCorp.Resilience;

/// <summary>When a circuit opens and how it recovers. Copied at construction: later changes have no effect.</summary>
public sealed class CircuitBreakerOptions
{
    /// <summary>Failures in a row that open the circuit. Default: 5.</summary>
    public int FailureThreshold { get; set; } = 5;

    /// <summary>How long the circuit stays open before a call may probe the dependency. Default: 30 s.</summary>
    public TimeSpan RecoveryTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a probe may take before another call may probe. Default: <see langword="null"/>, the same as <see cref="RecoveryTimeout"/>.</summary>
    public TimeSpan? ProbeLease { get; set; }

    /// <summary>Factor by which the recovery time grows with each failed probe in a row. Default: 1, it does not grow.</summary>
    public double RecoveryGrowth { get; set; } = 1;

    /// <summary>The longest recovery time that growth leads to. Default: 10 min.</summary>
    public TimeSpan MaxRecoveryTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Called once for each transition, in order, one at a time, outside all locks, by one of the calling threads. Default: none.</summary>
    /// <remarks>May call the circuit. What it throws goes to <see cref="OnCallbackError"/> and the log and changes no call.</remarks>
    public Action<CircuitTransition>? OnTransition { get; set; }

    /// <summary>Called with what <see cref="OnTransition"/> throws. Default: none; it is logged in any case.</summary>
    public Action<Exception>? OnCallbackError { get; set; }

    internal CircuitBreakerOptions Copy() => (CircuitBreakerOptions)MemberwiseClone();

    internal IEnumerable<string> Problems()
    {
        if (FailureThreshold < 1)
        {
            yield return $"{nameof(FailureThreshold)} must be at least 1; it is {FailureThreshold}.";
        }

        if (RecoveryTimeout <= TimeSpan.Zero)
        {
            yield return $"{nameof(RecoveryTimeout)} must be more than zero; it is {RecoveryTimeout}.";
        }

        if (ProbeLease <= TimeSpan.Zero)
        {
            yield return $"{nameof(ProbeLease)} must be more than zero; it is {ProbeLease}.";
        }

        if (!(RecoveryGrowth >= 1 && double.IsFinite(RecoveryGrowth)))
        {
            yield return $"{nameof(RecoveryGrowth)} must be a finite number of at least 1; it is {RecoveryGrowth}.";
        }

        if (RecoveryGrowth > 1 && MaxRecoveryTimeout < RecoveryTimeout)
        {
            yield return $"{nameof(MaxRecoveryTimeout)} must be at least {nameof(RecoveryTimeout)} ({RecoveryTimeout}); it is {MaxRecoveryTimeout}.";
        }
    }
}
