using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TechCorp.Resilience;
using TechCorp.Samples;

namespace TechCorp.Patterns.EndToEnd.Tests;

/// <summary>What an endpoint may return when it demands an <c>Idempotency-Key</c>, and which parts of its response are replayed. On a real server, with an
/// endpoint that the test defines.</summary>
[Trait("Spec", "HT10")]
public sealed class IdempotentEndpointsTests : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _effects;

    public IdempotentEndpointsTests()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(new IdempotencyExecutor(new InMemoryIdempotencyStore()));
        _app = builder.Build();
        _app.Use(async (http, next) =>
        {
            http.Response.Headers["X-Request"] = http.Request.Headers["X-Request"]; // different for each response
            await next(http);
        });
        _app.MapPost("/orders", (Order order, HttpContext http) =>
        {
            http.Response.Headers.ETag = $"\"{++_effects}\"";
            http.Response.Headers.SetCookie = "session=ana";
            return Results.Created($"/orders/{order.Id}", order);
        }).RequireIdempotencyKey<Order>();
        _app.MapPost("/busy", (Order order) => new Busy(++_effects)).RequireIdempotencyKey<Order>();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Safeguard("A replay carries the headers of the response", SwitchedOff = "`StoredResponse` writes none of them; or takes only those of the result")]
    [Safeguard("A cookie goes to one caller", SwitchedOff = "`StoredResponse` keeps every header")]
    [Fact]
    public async Task A_replay_carries_the_headers_that_the_endpoint_set_but_no_cookie()
    {
        using var client = await StartAsync();

        using var first = await PostAsync(client, "/orders", request: "1");
        using var again = await PostAsync(client, "/orders", request: "2");

        _effects.Should().Be(1);
        first.Headers.Contains("Set-Cookie").Should().BeTrue();
        again.StatusCode.Should().Be(HttpStatusCode.Created);
        again.Headers.ETag!.Tag.Should().Be("\"1\"");
        again.Headers.Location.Should().Be(new Uri("/orders/7", UriKind.Relative));
        again.Content.Headers.ContentType.Should().Be(first.Content.Headers.ContentType);
        again.Headers.Contains("Set-Cookie").Should().BeFalse();
        again.Headers.GetValues("X-Request").Should().Equal(["2"], "what middleware sets belongs to each response");
    }

    [Safeguard("A response that is not final keeps its Retry-After", SwitchedOff = "`StoredResponse` writes no headers")]
    [Fact]
    public async Task A_response_that_is_not_final_keeps_its_headers()
    {
        using var client = await StartAsync();

        using var busy = await PostAsync(client, "/busy");
        using var again = await PostAsync(client, "/busy");

        busy.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        busy.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        again.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(2), "the endpoint runs again");
    }

    [Safeguard("An endpoint whose response cannot be stored does nothing", SwitchedOff = "`RequireIdempotencyKey` takes every return type")]
    [Fact]
    public async Task An_endpoint_whose_response_cannot_be_stored_is_refused_before_it_does_anything()
    {
        _app.MapPost("/text", (Order order) => $"effect {++_effects}").RequireIdempotencyKey<Order>();
        using var client = await StartAsync();

        using var answer = await PostAsync(client, "/text");

        answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        _effects.Should().Be(0);
    }

    [Safeguard("An endpoint whose response cannot be stored does nothing")]
    [Fact]
    public void The_refusal_says_what_the_endpoint_returns_and_what_it_must()
    {
        _app.MapPost("/later", async (Order order) =>
        {
            await Task.Yield();
            return $"effect {++_effects}";
        }).RequireIdempotencyKey<Order>();

        FluentActions.Invoking(() => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).Count())
            .Should().Throw<InvalidOperationException>().WithMessage("*Task<String>*must return IResult*");
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string request = "")
    {
        var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(new Order("7")) };
        message.Headers.Add("Idempotency-Key", "\"key-1\"");
        message.Headers.Add("X-Request", request);
        return client.SendAsync(message, TestContext.Current.CancellationToken);
    }

    private async Task<HttpClient> StartAsync()
    {
        await _app.StartAsync(TestContext.Current.CancellationToken);
        return new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    private sealed record Order(string Id);

    private sealed record Busy(int Seconds) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            httpContext.Response.Headers.RetryAfter = $"{Seconds}";
            return Task.CompletedTask;
        }
    }
}
