#region snippet: usings-http
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using TechCorp.Resilience.Http;
#endregion

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

#pragma warning disable CA1812 // Made by the container.

internal static class HttpGuideSnippets
{
    internal static void Resilience(IServiceCollection services)
    {
        #region snippet: resilience
        // Per attempt 5 s; retries after 1, 2, 4 and 8 s; 5 consecutive failures open the circuit for 30 s; one circuit per host.
        services.AddHttpClient("inventory", http => http.BaseAddress = new Uri("http://inventory")).AddTechCorpResilience("inventory");
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
