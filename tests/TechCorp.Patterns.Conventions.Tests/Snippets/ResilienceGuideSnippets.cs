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
internal sealed class CircuitsCheck(ResiliencePipelineRegistry pipelines) : IHealthCheck
{
    // Degraded, not unhealthy: the service works without the dependency, and a restart of it would not bring that back.
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var shut = pipelines.Circuits.Where(circuit => circuit.State != CircuitState.Closed).Select(circuit => $"{circuit.Name}: {circuit.State}").ToArray();
        return Task.FromResult(shut.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join(", ", shut)));
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
            IsUnsafe = true, // repeated only with a key
            IdempotencyKey = static order => $"charge-{order.Id}",
            IsFailure = static answer => answer.Status >= 500,
            RetryAfter = static answer => answer.RetryAfter, // a lower bound of the back-off; beyond the cap the call ends
        };
        #endregion
    }

    internal static async Task<bool> OnceAsync(IdempotencyExecutor idempotency, IdempotentOperation<PaidOrder, Receipt> charge, PaidOrder order, string header, byte[] body, CancellationToken cancellationToken)
    {
        #region snippet: guide-idempotency
        var result = await idempotency.ExecuteAsync(
            charge, new IdempotencyKey("acme/payments", header), Fingerprint.Of(body), order, cancellationToken);
        return result.Replayed; // and result.Value, the same both times
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
