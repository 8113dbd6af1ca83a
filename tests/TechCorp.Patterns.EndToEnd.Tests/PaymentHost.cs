using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using PaymentService;
using TechCorp.Outbox;
using TechCorp.Resilience;
using TechCorp.Resilience.AspNetCore;
using TechCorp.Samples;

namespace TechCorp.Patterns.EndToEnd.Tests;

/// <summary>The payment service on a loopback port, with the in-memory broker and a separate database.</summary>
internal sealed class PaymentHost : IAsyncDisposable
{
    private readonly WebApplication _service;
    private readonly HttpClient _http;

    private readonly ServiceSettings _settings;

    private PaymentHost(WebApplication service, ServiceSettings settings)
    {
        _service = service;
        _settings = settings;
        _http = new HttpClient { BaseAddress = new Uri(service.Urls.First()) };
    }

    internal static async Task<PaymentHost> StartAsync(string folder, string? postgres, params (string Key, string Value)[] configuration)
    {
        var settings = new ServiceSettings
        {
            Name = "payment-service",
            Postgres = postgres,
            DataDirectory = folder,
            Quiet = true,
            Configuration = configuration.ToDictionary(pair => pair.Key, pair => (string?)pair.Value),
        };
        var service = PaymentApp.Build(settings);
        await service.StartAsync(TestContext.Current.CancellationToken);
        return new PaymentHost(service, settings);
    }

    /// <summary>POST /payments with these header values as they are.</summary>
    internal Task<HttpResponseMessage> ChargeAsync(string[] keys, long amount = 100, string token = "tok_visa", string address = "/payments")
        => SendAsync(keys, amount, token, TestContext.Current.CancellationToken, address);

    /// <summary>POST /payments with a key and this body as it is.</summary>
    internal async Task<HttpResponseMessage> SendBodyAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            "/payments")
        { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", "\"key-1\"");
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A charge that the gateway never answers; the caller hangs up.</summary>
    internal Task<HttpResponseMessage> ChargeSlowlyAsync(string key, CancellationToken hangUp) => SendAsync([key], 100, "tok_slow", hangUp);

    /// <summary>Claims the key for a charge of 100, as a process that then died.</summary>
    internal async Task<IdempotencyLease> ClaimAsync(string key, TimeSpan lease)
    {
        await using var database = ServiceDatabase.Open(_settings);
        var request = RequestFingerprint.Of("/payments", [("Content-Type", "application/json; charset=utf-8")],
            """{"order_id":"order-1","amount":100,"payment_token":"tok_visa"}"""u8);
        var claim = await new SqlIdempotencyStore(database.Tables).TryBeginAsync(
            new IdempotencyClaimRequest(new IdempotencyKey("POST /payments anonymous", key), request, Guid.CreateVersion7(), lease, TimeSpan.FromDays(1)),
            TestContext.Current.CancellationToken);
        claim.Status.Should().Be(IdempotencyClaimStatus.Acquired);
        return claim.Lease;
    }

    /// <summary>Expires a claim.</summary>
    internal async Task EndAsync(IdempotencyLease lease)
    {
        await using var database = ServiceDatabase.Open(_settings);
        (await new SqlIdempotencyStore(database.Tables).RenewAsync(lease, TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken)).Should()
            .BeTrue();
    }

    internal Task<string> FindAsync() => _http.GetStringAsync("/payments?orderId=order-1");

    internal async Task<string> FindCircuitAsync() => (await _http.GetFromJsonAsync<JsonNode>("/gateway"))!["circuit"]!.GetValue<string>();

    internal Task<HttpResponseMessage> SetOutageAsync(bool active) => _http.PutAsync($"/gateway/outage?active={active}", null);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _service.StopAsync();
        await _service.DisposeAsync();
    }

    private async Task<HttpResponseMessage> SendAsync(string[] keys, long amount, string token, CancellationToken cancellationToken,
        string address = "/payments")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Content = JsonContent.Create(new { order_id = "order-1", amount, payment_token = token });
        foreach (var key in keys)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await _http.SendAsync(request, cancellationToken);
    }
}
