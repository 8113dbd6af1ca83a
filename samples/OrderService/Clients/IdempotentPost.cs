using TechCorp.Resilience.Http;

namespace OrderService.Clients;

/// <summary>Sends a POST with an idempotency key. Every call that changes state uses it.</summary>
internal static class IdempotentPost
{
    internal static async Task<HttpResponseMessage> PostAsync(this HttpClient http, string path, string key, HttpContent? body,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.Add(ResilienceHandler.IdempotencyKeyHeader, key);
        return await http.SendAsync(request, cancellationToken);
    }
}
