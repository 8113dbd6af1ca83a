using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrderFlow;

/// <summary>How the drivers call the services: what is still running under a key is asked for again when the service says, and a refusal is one line.</summary>
internal sealed class ServiceClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http = new() { Timeout = Patience };

    /// <returns>The body; null when there is none, or nothing of that name.</returns>
    /// <exception cref="FlowFaultException">The service does not answer, or refuses.</exception>
    internal Task<JsonNode?> GetAsync(Uri uri, CancellationToken cancellationToken) => SendAsync(() => new HttpRequestMessage(HttpMethod.Get, uri), cancellationToken);

    internal Task<JsonNode?> PutAsync(Uri uri, HttpContent? body, CancellationToken cancellationToken)
        => SendAsync(() => new HttpRequestMessage(HttpMethod.Put, uri) { Content = body }, cancellationToken);

    internal Task<JsonNode?> PostAsync(Uri uri, CancellationToken cancellationToken) => SendAsync(() => new HttpRequestMessage(HttpMethod.Post, uri), cancellationToken);

    internal Task<JsonNode?> PostAsync(Uri uri, string key, object body, CancellationToken cancellationToken) => SendAsync(
        () => new HttpRequestMessage(HttpMethod.Post, uri) { Headers = { { "Idempotency-Key", $"\"{key}\"" } }, Content = JsonContent.Create(body) }, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode?> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        var timeProvider = TimeProvider.System;
        for (var began = timeProvider.GetTimestamp(); ;)
        {
            using var request = make();
            using var response = await SendOnceAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound && request.Method == HttpMethod.Get)
            {
                return null;
            }

            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return body.Length == 0 ? null : JsonNode.Parse(body);
            }

            // 409 with Retry-After: a request with this key still runs, perhaps that of a process that was killed.
            if (response is not { StatusCode: HttpStatusCode.Conflict, Headers.RetryAfter.Delta: { } wait } || timeProvider.GetElapsedTime(began) > Patience)
            {
                throw new FlowFaultException($"{Name(request)} was answered with {(int)response.StatusCode}: {Detail(body)}");
            }

            await Task.Delay(wait, timeProvider, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new FlowFaultException($"{Name(request)} was not answered: {exception.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FlowFaultException($"{Name(request)} was not answered within {Patience.TotalSeconds:0} s");
        }
    }

    private static string Name(HttpRequestMessage request) => $"{request.Method} {request.RequestUri}";

    private static string Detail(string body)
    {
        try
        {
            return (JsonNode.Parse(body) as JsonObject)?["detail"]?.GetValue<string>() ?? body;
        }
        catch (JsonException)
        {
            return body;
        }
    }
}
