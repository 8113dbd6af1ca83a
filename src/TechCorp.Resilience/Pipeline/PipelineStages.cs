using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace TechCorp.Resilience;

/// <summary>What an executor is made of. A stage that is not set is not there.</summary>
internal sealed class PipelineStages(string name, TimeProvider? timeProvider, ILogger? logger)
{
    public string Name { get; } = string.IsNullOrEmpty(name) ? throw new ArgumentException("A name is needed.", nameof(name)) : name;

    public TimeProvider TimeProvider { get; } = timeProvider ?? TimeProvider.System;

    public ILogger Logger { get; } = logger ?? NullLogger.Instance;

    public TimeoutOptions? Timeout { get; init; }

    public RetryOptions? Retry { get; init; }

    public CircuitBreakerOptions? CircuitBreaker { get; init; }

    public OutcomeRules? Outcomes { get; init; }

    public TimeSpan? Deadline { get; init; }

    public FallbackOn FallbackOn { get; init; }

    /// <summary>A circuit that exists already, instead of a new one.</summary>
    public Circuit? Circuit { get; init; }

    public Circuit? FindCircuit() =>
        Circuit ?? (CircuitBreaker is null ? null : new Circuit(Name, CircuitBreaker.Copy(), TimeProvider, Logger));

    public void ThrowIfInvalid() =>
        OptionsCheck.Throw([.. Timeout?.Problems() ?? [], .. Retry?.Problems() ?? [], .. CircuitBreaker?.Problems() ?? []]);
}
