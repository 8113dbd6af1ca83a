namespace TechCorp.Patterns.Benchmarks;

/// <summary>The features that a scenario needs. All other settings are the library's defaults.</summary>
internal sealed record Setup
{
    public bool Breaker { get; init; }

    public bool Retry { get; init; }

    public bool Timeout { get; init; }

    public TimeSpan? Deadline { get; init; }

    public bool Budget { get; init; }

    public bool Abandon { get; init; }

    /// <summary>Whether an exception is a failure.</summary>
    public Func<Exception, bool>? IsFailure { get; init; }

    public Func<Exception, TimeSpan?>? RetryAfter { get; init; }

    public Action? OnTransition { get; init; }

    public Action? OnRetry { get; init; }
}
