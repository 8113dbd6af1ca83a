namespace OrderService.Clients;

/// <summary>A POST with an idempotency key, as every call that changes something is.</summary>
internal static class IdempotentPost
{
    internal static async Task<HttpResponseMessage> PostAsync(this HttpClient http, string path, string key, HttpContent? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.Add("Idempotency-Key", key);
        return await http.SendAsync(request, cancellationToken);
    }
}
