using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TechCorp.Resilience.AspNetCore.Tests;

[Trait("Spec", "FR13")]
public sealed class UnstoredResponseTests : IAsyncDisposable
{
    private readonly EndpointHost _host = new();
    private int _effects;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Safeguard("A response too large to be stored is no reason to run the endpoint again", SwitchedOff = "the key is released")]
    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public async Task A_large_response_is_sent_whole_and_not_replayed_and_the_endpoint_does_not_run_again(int bytes, bool stored)
    {
        _host.App.MapPost("/large", async (HttpContext http) =>
        {
            _effects++;
            for (var part = 0; part < bytes; part++)
            {
                await http.Response.WriteAsync("x");
            }
        }).RequireIdempotencyKey(keys => keys.MaxResponseBody = 10);
        await _host.StartAsync();

        using var first = await _host.PostAsync("/large");
        using var again = await _host.PostAsync("/large");

        (await first.TextAsync()).Should().Be(new string('x', bytes));
        again.StatusCode.Should().Be(stored ? HttpStatusCode.OK : HttpStatusCode.Conflict, "it answered '{0}'", await again.TextAsync());
        again.Headers.RetryAfter.Should().BeNull("repeating would not help");
        _effects.Should().Be(1);
    }

    [Fact]
    public async Task An_endpoint_that_streams_is_seen_while_it_runs()
    {
        var seen = new TaskCompletionSource();
        _host.App.MapPost("/events", async (HttpContext http) =>
        {
            http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync("data: 1\n\n");
            await http.Response.Body.FlushAsync();
            await seen.Task;
        }).RequireIdempotencyKey();
        await _host.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_host.Address, "/events")) { Headers = { { "Idempotency-Key", "key-1" } } };

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        (await reader.ReadLineAsync(TestContext.Current.CancellationToken)).Should().Be("data: 1", "the endpoint has not ended");
        seen.SetResult();
        await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    [Safeguard("A response that is not final keeps its Retry-After", SwitchedOff = "`Undo` before it is sent")]
    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(408)]
    [InlineData(409)]
    [InlineData(425)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_response_that_is_not_final_is_sent_as_it_is_and_the_endpoint_runs_again(int status)
    {
        _host.App.MapPost("/busy", (HttpContext http) =>
        {
            http.Response.Headers.RetryAfter = $"{++_effects}";
            return Results.Text("busy", statusCode: status);
        }).RequireIdempotencyKey();
        await _host.StartAsync();

        using var busy = await _host.PostAsync("/busy");
        using var again = await _host.PostAsync("/busy");

        ((int)busy.StatusCode).Should().Be(status);
        (await busy.TextAsync()).Should().Be("busy");
        busy.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        again.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task An_endpoint_names_more_statuses_that_are_not_final()
    {
        _host.App.MapPost("/queued", () => Results.Accepted(value: ++_effects)).RequireIdempotencyKey(keys => keys.NonFinalStatuses.Add(202));
        await _host.StartAsync();

        using var first = await _host.PostAsync("/queued");
        using var again = await _host.PostAsync("/queued");

        (await again.TextAsync()).Should().Be("2");
    }

    [Fact]
    public async Task An_exception_is_handled_as_without_a_key_and_leaves_the_key_free()
    {
        _host.App.MapPost("/bare", string () => throw new InvalidOperationException("once"));
        _host.App.MapPost("/keyed", async (HttpContext http) =>
        {
            http.Response.Headers.ETag = "\"1\"";
            await http.Response.WriteAsync("half of it");
            return ++_effects == 1 ? throw new InvalidOperationException("once") : Results.Empty;
        }).RequireIdempotencyKey();
        await _host.StartAsync();

        using var bare = await _host.PostAsync("/bare", key: null);
        using var failed = await _host.PostAsync("/keyed");
        using var again = await _host.PostAsync("/keyed");

        failed.StatusCode.Should().Be(bare.StatusCode).And.Be(HttpStatusCode.InternalServerError);
        failed.Content.Headers.ContentType.Should().Be(bare.Content.Headers.ContentType);
        failed.Headers.ETag.Should().BeNull();
        (await again.TextAsync()).Should().Be("half of it");
        again.IsReplay().Should().BeFalse();
    }

    [Safeguard("409 while the first request runs")]
    [Fact]
    public async Task While_the_first_request_runs_a_second_one_gets_409_with_Retry_After()
    {
        var (began, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        _host.App.MapPost("/slow", async () =>
        {
            began.SetResult();
            await end.Task;
            return "done";
        }).RequireIdempotencyKey();
        await _host.StartAsync();
        var first = _host.PostAsync("/slow");
        await began.Task;

        using var second = await _host.PostAsync("/slow");
        end.SetResult();

        second.StatusCode.Should().Be(HttpStatusCode.Conflict);
        second.Headers.RetryAfter!.Delta.Should().BePositive();
        (await (await first).TextAsync()).Should().Be("done");
    }

    [Fact]
    public async Task Where_the_executor_waits_a_duplicate_gets_the_response_of_the_first()
    {
        var (began, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = new EndpointHost(wait: TimeSpan.FromSeconds(30));
        host.App.MapPost("/slow", async () =>
        {
            began.SetResult();
            await end.Task;
            return Results.Json(new Order($"{++_effects}"), statusCode: 201);
        }).RequireIdempotencyKey();
        await host.StartAsync();
        var first = host.PostAsync("/slow");
        await began.Task;
        var second = host.PostAsync("/slow");

        end.SetResult();

        (await (await second).DescribeAsync()).Should().Be(await (await first).DescribeAsync());
        (await second).StatusCode.Should().Be(HttpStatusCode.Created);
        _effects.Should().Be(1);
    }
}
