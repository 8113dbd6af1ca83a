namespace TechCorp.Resilience;

/// <summary>When a circuit opens and how it recovers. Copied at construction: later changes have no effect.</summary>
public sealed class CircuitBreakerOptions
{
    private static readonly TimeSpan ShortestSampling = TimeSpan.FromSeconds(0.5);

    /// <summary>Failures in a row that open the circuit. Default: 5.</summary>
    /// <remarks>Holds beside <see cref="FailureRatio"/>. To open on the ratio alone, set it to <see cref="int.MaxValue"/>.</remarks>
    public int FailureThreshold { get; set; } = 5;

    /// <summary>
    /// The part of the calls of <see cref="SamplingDuration"/> that must have failed for a failure to open the circuit, from more than 0 to 1: 0.5 opens it
    /// when every second call fails. Default: <see langword="null"/>, only failures in a row open it.
    /// </summary>
    public double? FailureRatio { get; set; }

    /// <summary>The calls that <see cref="SamplingDuration"/> must have seen before their <see cref="FailureRatio"/> opens the circuit. Default: 100.</summary>
    public int MinimumThroughput { get; set; } = 100;

    /// <summary>
    /// How long a call counts in <see cref="FailureRatio"/>, in ten steps: for at least nine tenths of it. At least 0.5 s. Default: 30 s. A circuit that
    /// closes begins without calls.
    /// </summary>
    public TimeSpan SamplingDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A call that succeeded but took at least this long counts as a failure for the circuit; its caller gets the result all the same, and nothing is retried.
    /// Default: <see langword="null"/>, no success does.
    /// </summary>
    /// <remarks>Measured from the moment the circuit admits the attempt to its end. Exact to a tick of the system's coarse clock, 1 to 16 ms.</remarks>
    public TimeSpan? SlowCallDuration { get; set; }

    /// <summary>How long the circuit stays open before a call may probe the dependency. Default: 30 s.</summary>
    public TimeSpan RecoveryTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a probe may take before another call may probe. Default: <see langword="null"/>, the same as <see cref="RecoveryTimeout"/>.</summary>
    public TimeSpan? ProbeLease { get; set; }

    /// <summary>Factor by which the recovery time grows with each failed probe in a row. Default: 1, it does not grow.</summary>
    public double RecoveryGrowth { get; set; } = 1;

    /// <summary>The longest recovery time that growth leads to. Default: 10 min.</summary>
    public TimeSpan MaxRecoveryTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The part of the recovery time, from 0 to 1, that is added to it at most, by chance, so that the instances of a service do not all probe at one moment:
    /// with 0.5, a recovery time of 30 s becomes one of 30 to 45 s, never a shorter one. Default: 0, it is exact.
    /// </summary>
    /// <remarks>Added after <see cref="MaxRecoveryTimeout"/> has limited the recovery time.</remarks>
    public double RecoveryJitter { get; set; }

    /// <summary>Called once for each transition, in order, one at a time, outside all locks, by one of the calling threads. Default: none.</summary>
    /// <remarks>May call the circuit. What it throws goes to <see cref="OnCallbackError"/> and the log and changes no call.</remarks>
    public Action<CircuitTransition>? OnTransition { get; set; }

    /// <summary>Called with what <see cref="OnTransition"/> throws. Default: none; it is logged in any case.</summary>
    public Action<Exception>? OnCallbackError { get; set; }

    /// <summary>The source of randomness of <see cref="RecoveryJitter"/>.</summary>
    internal Random Random { get; set; } = Random.Shared;

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

        foreach (var problem in OptInProblems())
        {
            yield return problem;
        }
    }

    private IEnumerable<string> OptInProblems()
    {
        if (FailureRatio is { } ratio && !(ratio > 0 && ratio <= 1))
        {
            yield return $"{nameof(FailureRatio)} must be more than 0 and at most 1; it is {ratio}.";
        }

        if (MinimumThroughput < 1)
        {
            yield return $"{nameof(MinimumThroughput)} must be at least 1; it is {MinimumThroughput}.";
        }

        if (SamplingDuration < ShortestSampling)
        {
            yield return $"{nameof(SamplingDuration)} must be at least {ShortestSampling}; it is {SamplingDuration}.";
        }

        if (SlowCallDuration <= TimeSpan.Zero)
        {
            yield return $"{nameof(SlowCallDuration)} must be more than zero; it is {SlowCallDuration}.";
        }

        if (!(RecoveryJitter >= 0 && RecoveryJitter <= 1))
        {
            yield return $"{nameof(RecoveryJitter)} must be at least 0 and at most 1; it is {RecoveryJitter}.";
        }
    }
}
