using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TechCorp.Resilience;
using TechCorp.Resilience.Http;

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

#pragma warning disable CA1812 // Made by the container.

internal sealed record Availability(bool Available);

internal sealed record Charge(string OrderId, long Amount);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Availability))]
[JsonSerializable(typeof(Charge))]
internal sealed partial class CallJson : JsonSerializerContext;

internal static class CallGuideSnippets
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

    internal static void Register(IServiceCollection services)
    {
        #region snippet: guide-http-keys
        services.AddHttpClient("payments", http => http.BaseAddress = new Uri("http://payments"))
            .AddTechCorpResilience("payments", http => http.CreateIdempotencyKeys = true); // each POST without a key gets one
        #endregion
    }

    internal static async Task PayAsync(HttpClient http, Charge charge, CancellationToken cancellationToken)
    {
        #region snippet: guide-http-post
        using var request = new HttpRequestMessage(HttpMethod.Post, "/payments") { Content = JsonContent.Create(charge, CallJson.Default.Charge) };
        request.Headers.Add(ResilienceHandler.IdempotencyKeyHeader, $"charge-{charge.OrderId}"); // without the header, a POST is sent once
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        #endregion
    }
}

#region snippet: guide-http-get
internal sealed class InventoryClient(HttpClient http)
{
    public async Task<bool> CheckInventoryAsync(string productId, int quantity, CancellationToken cancellationToken)
    {
        var path = $"/products/{Uri.EscapeDataString(productId)}/availability?quantity={quantity}";
        var answer = await http.GetFromJsonAsync(path, CallJson.Default.Availability, cancellationToken);
        return answer is { Available: true };
    }
}
#endregion
