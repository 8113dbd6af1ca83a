#region snippet: usings-circuit
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using TechCorp.Resilience;
#endregion

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

#pragma warning disable CA1812 // Made by the container.

internal static class CircuitGuideSnippets
{
    internal static CircuitBreaker Watch(ILogger logger)
    {
        #region snippet: guide-circuit
        var circuit = new CircuitBreaker(
            "gateway",
            new CircuitBreakerOptions
            {
                FailureThreshold = 5,
                RecoveryTimeout = TimeSpan.FromSeconds(30),
                OnTransition = change => logger.LogWarning("Circuit {Circuit} changed from {From} to {To}", change.Name, change.From, change.To),
            },
            new OutcomeRules().Ignore<ArgumentException>()); // counts neither as a failure nor as a success
        #endregion
        return circuit;
    }

    internal static CircuitBreakerOptions OpenOnRatio()
    {
        #region snippet: guide-circuit-ratio
        var options = new CircuitBreakerOptions
        {
            FailureRatio = 0.5, // every second call failed ...
            MinimumThroughput = 20, // ... of at least 20 ...
            SamplingDuration = TimeSpan.FromSeconds(10), // ... in 10 s
            SlowCallDuration = TimeSpan.FromSeconds(2), // a success after 2 s counts as a failure
            RecoveryJitter = 0.5, // probe after 30 to 45 s, so that the instances of this service do not probe together
        };
        #endregion
        return options;
    }

    internal static void CheckCircuits(IServiceCollection services)
    {
        #region snippet: guide-circuit-health-registration
        services.AddHealthChecks().AddCheck<CircuitHealthCheck>("circuits");
        #endregion
    }
}

#region snippet: guide-circuit-health
internal sealed class CircuitHealthCheck(ResiliencePipelineRegistry pipelines) : IHealthCheck
{
    // Degraded, not unhealthy: the service still works, and restarting it would not repair the dependency.
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var notClosed = pipelines.Circuits.Where(circuit => circuit.State != CircuitState.Closed).Select(circuit => $"{circuit.Name}: {circuit.State}")
            .ToArray();
        return Task.FromResult(notClosed.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join(", ", notClosed)));
    }
}
#endregion
