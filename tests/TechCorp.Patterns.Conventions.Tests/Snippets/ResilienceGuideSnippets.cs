using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

#pragma warning disable CA1812 // Made by the container.

internal enum PaymentStatus
{
    Charged,
    Queued,
}

internal sealed record PaidOrder(string Id, long Amount);

internal sealed record GatewayAnswer(int Status, TimeSpan? RetryAfter);

internal interface IGateway
{
    ValueTask<PaymentStatus> ChargeAsync(PaidOrder order, CancellationToken cancellationToken);

    ValueTask<GatewayAnswer> SendAsync(PaidOrder order, string? idempotencyKey, CancellationToken cancellationToken);
}

internal interface IRetryQueue
{
    ValueTask<PaymentStatus> PostponeAsync(PaidOrder order, CancellationToken cancellationToken);
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

internal static class ResilienceGuideSnippets
{
    internal static ResilientOperation<PaidOrder, GatewayAnswer> Describe(IGateway gateway)
    {
        #region snippet: guide-operation
        return new ResilientOperation<PaidOrder, GatewayAnswer>((order, attempt) => gateway.SendAsync(order, attempt.IdempotencyKey, attempt.CancellationToken))
        {
            IsUnsafe = true, // retried only with an idempotency key
            IdempotencyKey = static order => $"charge-{order.Id}",
            IsFailure = static answer => answer.Status >= 500,
            RetryAfter = static answer => answer.RetryAfter, // a lower bound for the delay; above MaxDelay the call ends
        };
        #endregion
    }

    internal static async Task<bool> OnceAsync(IdempotencyExecutor idempotency, IdempotentOperation<PaidOrder, Receipt> charge, PaidOrder order, string header,
        byte[] body, CancellationToken cancellationToken)
    {
        #region snippet: guide-idempotency
        var result = await idempotency.ExecuteAsync(
            charge, new IdempotencyKey("acme/payments", header), Fingerprint.Of(body), order, cancellationToken);
        return result.Replayed; // result.Value is the same for both calls
        #endregion
    }
}

#region snippet: guide-pipeline
internal sealed class CardPayments(ResiliencePipelineRegistry pipelines, IGateway gateway, IRetryQueue queue)
{
    private readonly ResiliencePipeline _gateway = pipelines.Get("gateway");

    public static void Register(IServiceCollection services) => services.AddTechCorpResilience(resilience => resilience
        .AddPipeline("gateway", pipeline => pipeline.Deadline = TimeSpan.FromSeconds(20)));

    public ValueTask<PaymentStatus> ProcessAsync(PaidOrder order, CancellationToken cancellationToken) => _gateway.ExecuteAsync(
        static (call, token) => call.Gateway.ChargeAsync(call.Order, token),
        static (call, reason, token) => call.Queue.PostponeAsync(call.Order, token), // the circuit is open
        (Gateway: gateway, Queue: queue, Order: order),
        cancellationToken);
}
#endregion
