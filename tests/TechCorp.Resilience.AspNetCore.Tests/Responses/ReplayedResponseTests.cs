using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace TechCorp.Resilience.AspNetCore.Tests;

/// <summary>The same endpoint without a key, with one, and repeated: three equal responses, whatever the endpoint returns.</summary>
[Trait("Spec", "FR13")]
public sealed class ReplayedResponseTests
{
    private static readonly Dictionary<string, Delegate> Endpoints = new()
    {
        ["ok"] = () => Results.Ok(new Order("7")),
        ["ok without a value"] = () => Results.Ok(),
        ["typed ok"] = () => TypedResults.Ok(new Order("7")),
        ["one of two results"] = Results<Ok<Order>, NotFound> () => TypedResults.Ok(new Order("7")),
        ["created"] = () => Results.Created("/orders/7", new Order("7")),
        ["created at a route"] = () => Results.CreatedAtRoute("order", new { id = 7 }, new Order("7")),
        ["accepted"] = () => Results.Accepted("/orders/7"),
        ["accepted at a route"] = () => Results.AcceptedAtRoute("order", new { id = 7 }),
        ["no content"] = () => Results.NoContent(),
        ["json"] = () => Results.Json(new Order("7"), contentType: "application/vnd.order+json", statusCode: 202),
        ["problem"] = () => Results.Problem("No more of it.", statusCode: 410),
        ["validation problem"] = () => Results.ValidationProblem(new Dictionary<string, string[]> { ["id"] = ["is missing"] }, statusCode: 422),
        ["not found"] = () => Results.NotFound(),
        ["bytes"] = () => Results.Bytes(new byte[] { 0, 255, 10 }, "application/octet-stream", "orders.bin"),
        ["file"] = () => Results.File(typeof(ReplayedResponseTests).Assembly.Location + ".txt", "text/plain", "a.txt", DateTimeOffset.UnixEpoch,
            new EntityTagHeaderValue("\"1\"")),
        ["stream"] = () => Results.Stream(new MemoryStream("order"u8.ToArray()), "text/plain"),
        ["stream that is written"] = () => Results.Stream(stream => stream.WriteAsync("order"u8.ToArray()).AsTask(), "text/plain"),
        ["text"] = () => Results.Text("Bestellung für Øystein", "text/plain", Encoding.Latin1, 201),
        ["content"] = () => Results.Content("<p>7</p>", "text/html"),
        ["redirect"] = () => Results.Redirect("/orders/7"),
        ["redirect that keeps the method"] = () => Results.RedirectToRoute("order", new { id = 7 }, permanent: true, preserveMethod: true),
        ["status code"] = () => Results.StatusCode(418),
        ["custom result"] = () => new Teapot(),
        ["string"] = () => "order 7",
        ["object"] = () => new Order("7"),
        ["task of an object"] = async () =>
        {
            await Task.Yield();
            return new Order("7");
        },
        ["nothing"] = () => { },
        ["null"] = () => (Order?)null,
        ["sequence"] = Sequence,
        ["written by hand"] = async (HttpContext http) =>
        {
            http.Response.StatusCode = 203;
            http.Response.Headers.CacheControl = "private, max-age=60";
            http.Response.Headers.ETag = "\"7\"";
            http.Response.Headers.Append("X-Many", "one");
            http.Response.Headers.Append("X-Many", "two");
            http.Response.ContentLength = 5;
            await http.Response.WriteAsync("order");
        },
        ["written in parts"] = async (HttpContext http) =>
        {
            await http.Response.StartAsync();
            await http.Response.WriteAsync("or");
            await http.Response.Body.FlushAsync();
            await http.Response.BodyWriter.WriteAsync("der"u8.ToArray());
            await http.Response.CompleteAsync();
        },
        ["headers set when it starts"] = (HttpContext http) =>
        {
            http.Response.OnStarting(() => Append(http, "first"));
            http.Response.OnStarting(() => Append(http, "second"));
            return Results.Ok();
        },
        ["a header of middleware removed"] = (HttpContext http) =>
        {
            http.Response.Headers.Remove("X-Middleware");
            return Results.Ok();
        },
    };

    public static TheoryData<string> Kinds => [.. Endpoints.Keys];

    [Safeguard("A response is the one of the endpoint without a key", SwitchedOff = "what is to be done when the response starts is not done")]
    [Safeguard("A replay carries the headers of the response", SwitchedOff = "`StoredResponse` writes none of them")]
    [Theory, MemberData(nameof(Kinds))]
    public async Task Without_a_key_with_one_and_repeated_the_response_is_the_same(string kind)
    {
        await File.WriteAllTextAsync(typeof(ReplayedResponseTests).Assembly.Location + ".txt", "order", TestContext.Current.CancellationToken);
        await using var host = Host(kind);
        await host.StartAsync();

        using var bare = await host.PostAsync("/bare", key: null);
        using var first = await host.PostAsync("/keyed");
        using var again = await host.PostAsync("/keyed");

        var expected = await bare.DescribeAsync();
        (await first.DescribeAsync()).Should().Be(expected);
        (await again.DescribeAsync()).Should().Be(expected);
        first.IsReplay().Should().BeFalse();
        again.IsReplay().Should().BeTrue();
    }

    [Safeguard("An empty response stays empty", SwitchedOff = "an empty body is written")]
    [Fact]
    public async Task Twenty_times_204_keep_the_connection()
    {
        await using var host = Host("no content");
        await host.StartAsync();

        for (var request = 0; request < 20; request++)
        {
            using var response = await host.PostAsync("/keyed", key: $"{request / 2}");
            response.StatusCode.Should().Be(HttpStatusCode.NoContent);
            response.IsReplay().Should().Be(request % 2 == 1);
        }
    }

    [Safeguard("A cookie goes to one caller", SwitchedOff = "`StoredResponse` keeps every header")]
    [Fact]
    public async Task A_cookie_goes_to_the_first_caller_only_and_what_middleware_sets_belongs_to_each_response()
    {
        var request = 0;
        await using var host = new EndpointHost();
        host.App.Use((http, next) =>
        {
            http.Response.Headers["X-Request"] = $"{++request}";
            return next(http);
        });
        host.App.MapPost("/keyed", (HttpContext http) =>
        {
            http.Response.Cookies.Append("session", "ana");
            return Results.Ok();
        }).RequireIdempotencyKey();
        await host.StartAsync();

        using var first = await host.PostAsync("/keyed");
        using var again = await host.PostAsync("/keyed");

        first.Headers.GetValues("Set-Cookie").Should().ContainSingle();
        again.Headers.Contains("Set-Cookie").Should().BeFalse();
        again.Headers.GetValues("X-Request").Should().Equal("2");
    }

    [Fact]
    public async Task Middleware_that_gives_errors_a_body_does_so_for_the_replay_too()
    {
        await using var host = new EndpointHost();
        host.App.UseStatusCodePages("text/plain", "status {0}");
        host.App.MapPost("/keyed", () => Results.NotFound()).RequireIdempotencyKey();
        await host.StartAsync();

        using var first = await host.PostAsync("/keyed");
        using var again = await host.PostAsync("/keyed");

        (await first.TextAsync()).Should().Be("status 404");
        (await again.DescribeAsync()).Should().Be(await first.DescribeAsync());
    }

    private static EndpointHost Host(string kind)
    {
        var host = new EndpointHost();
        host.App.Use((http, next) =>
        {
            http.Response.Headers["X-Middleware"] = "here";
            return next(http);
        });
        host.App.MapGet("/orders/{id}", (int id) => id).WithName("order");
        host.App.MapPost("/bare", Endpoints[kind]);
        host.App.MapPost("/keyed", Endpoints[kind]).RequireIdempotencyKey();
        return host;
    }

    private static Task Append(HttpContext http, string value)
    {
        http.Response.Headers.Append("X-Started", value);
        return Task.CompletedTask;
    }

    private static async IAsyncEnumerable<int> Sequence()
    {
        await Task.Yield();
        yield return 1;
        yield return 2;
    }

    private sealed class Teapot : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = 418;
            httpContext.Response.Headers.Location = $"{httpContext.Request.Scheme}://{httpContext.Request.Host}/pots/7";
            return httpContext.Response.WriteAsJsonAsync(new ProblemDetails { Title = "Short and stout" });
        }
    }
}
