#region snippet: usings-resilience
using Microsoft.Extensions.DependencyInjection;
using TechCorp.Resilience;
#endregion

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

internal static class ResilienceGuideSnippets
{
    internal static void ChooseSettings(ResilienceBuilder resilience)
    {
        #region snippet: guide-pipeline-settings
        resilience.AddPipeline("reports", pipeline =>
        {
            pipeline.Timeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(30), Mode = TimeoutMode.Abandon };
            pipeline.Retry = null; // one attempt; a stage that is null is left out
        });
        #endregion
    }

    internal static void LimitConcurrency(IServiceCollection services)
    {
        #region snippet: guide-concurrency-limit
        services.AddTechCorpResilience(resilience => resilience.AddPipeline("gateway", pipeline =>
        {
            pipeline.ConcurrencyLimit = new ConcurrencyLimitOptions { PermitLimit = 100, QueueLimit = 50 };
            pipeline.Deadline = TimeSpan.FromSeconds(20); // also ends the wait in the queue
        }));
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
