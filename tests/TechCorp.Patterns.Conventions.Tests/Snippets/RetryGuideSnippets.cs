#region snippet: usings-retry
using System.Net.Http.Json;
using TechCorp.Resilience;
#endregion

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

internal static class RetryGuideSnippets
{
    internal static async Task<HttpResponseMessage> CallExternalServiceAsync(HttpClient http, Uri url, Charge payload, CancellationToken cancellationToken)
    {
        #region snippet: guide-retry
        var retry = new RetryPolicy("external-service", new RetryOptions
        {
            MaxAttempts = 5,
            BaseDelay = TimeSpan.FromSeconds(1),
            MaxDelay = TimeSpan.FromSeconds(8),
        });
        return await retry.ExecuteAsync(
            static async (call, token) => (await call.Http.PutAsJsonAsync(call.Url, call.Payload, CallJson.Default.Charge, token)).EnsureSuccessStatusCode(),
            (Http: http, Url: url, Payload: payload),
            cancellationToken);
        #endregion
    }

    internal static RetryOptions ForManyCallers()
    {
        #region snippet: guide-retry-many-callers
        return new RetryOptions
        {
            Jitter = JitterKind.Full, // each delay is random, between zero and the exponential delay
            Budget = new RetryBudget(ratio: 0.2), // five successes earn one retry; share one budget among the callers
        };
        #endregion
    }

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
}
