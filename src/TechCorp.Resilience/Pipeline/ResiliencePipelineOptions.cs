namespace TechCorp.Resilience;

/// <summary>The stages of a pipeline, from the outside in: fallback, deadline, retry, circuit breaker, timeout. Copied at construction.</summary>
public sealed class ResiliencePipelineOptions
{
    /// <summary>The limit of each attempt; <see langword="null"/> leaves the stage out. Default: 5 s.</summary>
    public TimeoutOptions? Timeout { get; set; } = new();

    /// <summary>How failed attempts are repeated; <see langword="null"/> leaves the stage out. Default: 5 attempts, waits of 1, 2, 4, 8 s.</summary>
    public RetryOptions? Retry { get; set; } = new();

    /// <summary>When calls are no longer made; <see langword="null"/> leaves the stage out. Default: after 5 failures in a row, for 30 s.</summary>
    public CircuitBreakerOptions? CircuitBreaker { get; set; } = new();

    /// <summary>The limit of the whole call with all attempts and waits; <see langword="null"/> for none. Default: none.</summary>
    /// <remarks>No wait is begun that would end after it, and a running attempt is cut short by it.</remarks>
    public TimeSpan? Deadline { get; set; }

    /// <summary>When the fallback of a call runs. Default: only when the circuit rejected the call.</summary>
    public FallbackOn FallbackOn { get; set; }

    /// <summary>Which exceptions are failures. Default: all are; argument errors are not retried.</summary>
    public OutcomeRules Outcomes { get; set; } = new();

    internal ResiliencePipelineOptions Copy() => new()
    {
        Timeout = Timeout?.Copy(),
        Retry = Retry?.Copy(),
        CircuitBreaker = CircuitBreaker?.Copy(),
        Deadline = Deadline,
        FallbackOn = FallbackOn,
        Outcomes = Outcomes.Copy(),
    };

    internal IEnumerable<string> Problems()
    {
        foreach (var problem in Timeout?.Problems() ?? [])
        {
            yield return $"{nameof(Timeout)}.{problem}";
        }

        foreach (var problem in Retry?.Problems() ?? [])
        {
            yield return $"{nameof(Retry)}.{problem}";
        }

        foreach (var problem in CircuitBreaker?.Problems() ?? [])
        {
            yield return $"{nameof(CircuitBreaker)}.{problem}";
        }

        if (Deadline <= TimeSpan.Zero || Deadline > OptionsCheck.MaxTimer)
        {
            yield return $"{nameof(Deadline)} must be more than zero and at most {OptionsCheck.MaxTimer}; it is {Deadline}.";
        }

        if (!Enum.IsDefined(FallbackOn))
        {
            yield return $"{nameof(FallbackOn)} must be a {nameof(TechCorp.Resilience.FallbackOn)}; it is {FallbackOn}.";
        }
    }
}
