using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TechCorp.Resilience;
using TechCorp.Resilience.AspNetCore;
using TechCorp.Resilience.Http;

namespace PackedSample;

/// <summary>A client that creates idempotency keys calls an endpoint that requires them. The first answer is lost, so the request is sent twice.</summary>
internal static class IdempotentOrders
{
    internal static async Task<string> RunAsync()
    {
        var orders = 0;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting().AddTechCorpIdempotencyKeys().AddTechCorpResilience(resilience => resilience
            .AddIdempotency()
            .AddPipeline("orders", pipeline => pipeline.Retry!.BaseDelay = TimeSpan.FromMilliseconds(1)));
        var losing = new LosesTheFirstAnswer();
        builder.Services.AddHttpClient("orders")
            .AddTechCorpResilience("orders", http => http.CreateIdempotencyKeys = true)
            .AddHttpMessageHandler(() => losing);
        await using var app = builder.Build();
        app.MapPost("/orders", () => Results.Text($"order {Interlocked.Increment(ref orders)}")).RequireIdempotencyKey();
        await app.StartAsync();

        using var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var response = await client.PostAsync(new Uri($"{app.Urls.Single()}/orders"), content: null);

        return $"{await response.Content.ReadAsStringAsync()} of {orders} was made by {losing.Requests} requests with {losing.Keys.Count} key";
    }

    private sealed class LosesTheFirstAnswer : DelegatingHandler
    {
        public int Requests { get; private set; }

        public HashSet<string> Keys { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Keys.UnionWith(request.Headers.GetValues(ResilienceHandler.IdempotencyKeyHeader));
            var response = await base.SendAsync(request, cancellationToken);
            if (++Requests > 1)
            {
                return response;
            }

            response.Dispose();
            throw new HttpRequestException("The connection was lost.");
        }
    }
}
