using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>The stages of an executor. A stage that is not set is left out.</summary>
internal sealed class PipelineStages(string name, TimeProvider? timeProvider, ILogger? logger)
{
    internal string Name { get; } = string.IsNullOrEmpty(name) ? throw new ArgumentException("A name is needed.", nameof(name)) : name;

    internal TimeProvider TimeProvider { get; } = timeProvider ?? TimeProvider.System;

    internal ILogger Logger { get; } = SafeLogger.ScrubbingOnly(logger);

    internal TimeoutOptions? Timeout { get; init; }

    internal RetryOptions? Retry { get; init; }

    internal CircuitBreakerOptions? CircuitBreaker { get; init; }

    internal OutcomeRules? Outcomes { get; init; }

    internal TimeSpan? Deadline { get; init; }

    internal bool FallbackOnFailure { get; init; }

    /// <summary>A circuit that exists already, instead of a new one.</summary>
    internal Circuit? Circuit { get; init; }

    internal ConcurrencyLimiter? Limiter { get; init; }

    internal Circuit? FindCircuit()
        => Circuit ?? (CircuitBreaker is null ? null : new Circuit(Name, CircuitBreaker.Copy(), TimeProvider, Logger));

    internal void ThrowIfInvalid()
    {
        OptionsCheck.Throw(nameof(TimeoutOptions), Timeout?.Problems() ?? []);
        OptionsCheck.Throw(nameof(RetryOptions), Retry?.Problems() ?? []);
        OptionsCheck.Throw(nameof(CircuitBreakerOptions), CircuitBreaker?.Problems() ?? []);
    }
}
