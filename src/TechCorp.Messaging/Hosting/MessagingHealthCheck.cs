using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TechCorp.Messaging;

/// <summary>How the connection and each consumer stand: <c>services.AddHealthChecks().AddCheck&lt;MessagingHealthCheck&gt;("messaging")</c>.</summary>
/// <remarks>
/// Unhealthy while there is no connection; degraded while the broker blocks publishes, or a consumer is stalled, is being rebuilt or has handlers that run past
/// their timeout, or the retry queue or dead-letter queue of a consumer is missing or full; healthy otherwise, also with paused consumers.
/// The data holds the state of the connection and of each queue. Reads memory only. Safe for concurrent use.
/// </remarks>
public sealed class MessagingHealthCheck : IHealthCheck
{
    private readonly MessagingRuntime _runtime;

    internal MessagingHealthCheck(MessagingRuntime runtime) => _runtime = runtime;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var connection = _runtime.ConnectionState;
        var consumers = _runtime.Consumers.Status();
        var data = consumers.ToDictionary(consumer => $"queue:{consumer.Queue}", object (consumer) => consumer.State.ToString(), StringComparer.Ordinal);
        data["connection"] = connection.ToString();
        data["broker"] = _runtime.Broker;
        var (status, text) = Judge(connection, consumers);
        return Task.FromResult(new HealthCheckResult(status, text, data: data));
    }

    private static string Describe(ConsumerStatus consumer)
        => $"{consumer.Queue} ({consumer.State}{(consumer.StopReason is { } reason ? $": {reason}" : "")})";

    private (HealthStatus Status, string Text) Judge(TransportState connection, IReadOnlyList<ConsumerStatus> consumers)
    {
        if (connection is not (TransportState.Connected or TransportState.Blocked))
        {
            return (HealthStatus.Unhealthy, $"There is no connection to {_runtime.Broker}: {connection}.");
        }

        var waiting = consumers.Where(consumer => consumer.State is ConsumerState.Rebuilding or ConsumerState.Stalled or ConsumerState.Connecting
            or ConsumerState.Stopped).Select(Describe).ToArray();
        var overdue = consumers.Where(consumer => consumer.Overdue > 0).Select(consumer => $"{consumer.Queue} ({consumer.Overdue} of {consumer.Running})")
            .ToArray();
        var full = consumers.SelectMany(consumer => consumer.UnavailableTargets.Select(target => $"{target} (for {consumer.Queue})")).ToArray();
        return waiting.Length > 0 ? (HealthStatus.Degraded, $"Not consumed at the moment: {string.Join(", ", waiting)}.")
            : connection == TransportState.Blocked ? (HealthStatus.Degraded, $"{_runtime.Broker} takes no publishes; consumers go on.")
            : overdue.Length > 0 ? (HealthStatus.Degraded, $"Handlers run past their timeout and ignore their canceled token: {string.Join(", ", overdue)}.")
            : full.Length > 0 ? (HealthStatus.Degraded, $"There is no room for failed messages, which wait in their own queues: {string.Join(", ", full)}.")
            : (HealthStatus.Healthy, $"Connected to {_runtime.Broker}.");
    }
}
