using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience.AspNetCore.Tests;

/// <summary>A real server on loopback with the endpoints of a test. The header <c>X-User</c> signs a caller in, with a claim if it is <c>type=value</c>.
/// </summary>
internal sealed class EndpointHost : IAsyncDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    internal EndpointHost(TimeSpan? wait = null, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = static context
            => context.ProblemDetails.Extensions.Remove("traceId")); // different for each request
        builder.Services.AddSingleton(new IdempotencyExecutor(new InMemoryIdempotencyStore(), new IdempotencyOptions { WaitTimeout = wait ?? TimeSpan.Zero }));
        configure?.Invoke(builder);
        App = builder.Build();
        App.UseExceptionHandler();
        App.Use((http, next) =>
        {
            if (http.Request.Headers["X-User"] is [{ } user])
            {
                var claims = user.Split('=') is [var type, var value] ? new Claim[] { new(type, value) } : [];
                http.User = new ClaimsPrincipal(new ClaimsIdentity(claims, "test"));
            }

            return next(http);
        });
    }

    internal WebApplication App { get; }

    internal Uri Address => new(App.Urls.Single());

    internal Task StartAsync() => App.StartAsync(TestContext.Current.CancellationToken);

    /// <summary>POSTs a body as it is, with the key unless it is null.</summary>
    internal Task<HttpResponseMessage> PostAsync(
        string path,
        string body = "{}",
        string? key = "key-1",
        string contentType = "application/json",
        HttpMethod? method = null,
        CancellationToken? cancellationToken = null,
        params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Post, new Uri(Address, path))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", $"\"{key}\"");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken ?? TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await App.DisposeAsync();
    }
}
