using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrderFlow;

/// <summary>Calls the services. It repeats a request whose key is still in use after the service's <c>Retry-After</c>, and
/// reports any other error in one line.</summary>
internal sealed class ServiceClient : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http = new() { Timeout = RequestTimeout };

    /// <returns>The body; null if there is none, or if the service responds with 404.</returns>
    /// <exception cref="FlowFaultException">The service does not respond, or responds with an error.</exception>
    internal Task<JsonNode?> GetAsync(Uri uri, CancellationToken cancellationToken)
        => SendAsync(() => new HttpRequestMessage(HttpMethod.Get, uri), cancellationToken);

    internal Task<JsonNode?> PutAsync(Uri uri, HttpContent? body, CancellationToken cancellationToken)
        => SendAsync(() => new HttpRequestMessage(HttpMethod.Put, uri) { Content = body }, cancellationToken);

    internal Task<JsonNode?> PostAsync(Uri uri, CancellationToken cancellationToken)
        => SendAsync(() => new HttpRequestMessage(HttpMethod.Post, uri), cancellationToken);

    internal Task<JsonNode?> PostAsync(Uri uri, string key, object body, CancellationToken cancellationToken) => SendAsync(
        () => new HttpRequestMessage(HttpMethod.Post, uri) { Headers = { { "Idempotency-Key", $"\"{key}\"" } }, Content = JsonContent.Create(body) },
        cancellationToken);

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

            // 409 with Retry-After: a request with this key still runs, or belonged to a process that was killed.
            if (response is not { StatusCode: HttpStatusCode.Conflict, Headers.RetryAfter.Delta: { } wait }
                || timeProvider.GetElapsedTime(began) > RequestTimeout)
            {
                throw new FlowFaultException($"{Name(request)} failed with {(int)response.StatusCode}: {Detail(body)}");
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
            throw new FlowFaultException($"{Name(request)} got no response: {exception.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FlowFaultException($"{Name(request)} got no response within {RequestTimeout.TotalSeconds:0} s");
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
