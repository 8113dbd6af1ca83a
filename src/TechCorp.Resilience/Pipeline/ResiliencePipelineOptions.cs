namespace TechCorp.Resilience;

/// <summary>The stages of a pipeline, from the outside in: deadline, concurrency limit, fallback, retry, circuit breaker, timeout. Copied at
/// construction.</summary>
public sealed class ResiliencePipelineOptions
{
    /// <summary>The limit of each attempt; <see langword="null"/> leaves the stage out. Default: 5 s.</summary>
    public TimeoutOptions? Timeout { get; set; } = new();

    /// <summary>How failed attempts are repeated; <see langword="null"/> leaves the stage out. Default: 5 attempts, waits of 1, 2, 4, 8 s.</summary>
    public RetryOptions? Retry { get; set; } = new();

    /// <summary>When calls are no longer made; <see langword="null"/> leaves the stage out. Default: after 5 failures in a row, for 30 s.</summary>
    public CircuitBreakerOptions? CircuitBreaker { get; set; } = new();

    /// <summary>How many calls run and wait at one time; <see langword="null"/> leaves the stage out. Default: no limit.</summary>
    /// <remarks>One more ends with <see cref="ConcurrencyLimitException"/>, or its fallback. The circuit does not count it.</remarks>
    public ConcurrencyLimitOptions? ConcurrencyLimit { get; set; }

    /// <summary>The limit of the whole call with all attempts and waits; <see langword="null"/> for none. Default: none.</summary>
    /// <remarks>No wait is begun that would end after it, and a running attempt is cut short by it.</remarks>
    public TimeSpan? Deadline { get; set; }

    /// <summary>Whether the fallback of a call also runs when its last attempt failed. Default: no, only when the circuit or the concurrency limit
    /// rejected the call.</summary>
    /// <remarks>It never runs for a cancellation by the caller.</remarks>
    public bool FallbackOnFailure { get; set; }

    /// <summary>Which exceptions are failures. Default: all but answers with a status below 500 (408 and 429 are failures); argument errors
    /// are not retried.</summary>
    public OutcomeRules Outcomes { get; set; } = new();

    internal ResiliencePipelineOptions Copy() => new()
    {
        Timeout = Timeout?.Copy(),
        Retry = Retry?.Copy(),
        CircuitBreaker = CircuitBreaker?.Copy(),
        ConcurrencyLimit = ConcurrencyLimit?.Copy(),
        Deadline = Deadline,
        FallbackOnFailure = FallbackOnFailure,
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

        foreach (var problem in ConcurrencyLimit?.Problems() ?? [])
        {
            yield return $"{nameof(ConcurrencyLimit)}.{problem}";
        }

        if (Deadline <= TimeSpan.Zero || Deadline > OptionsCheck.MaxTimer)
        {
            yield return $"{nameof(Deadline)} must be more than zero and at most {OptionsCheck.MaxTimer}; it is {Deadline}.";
        }
    }
}
