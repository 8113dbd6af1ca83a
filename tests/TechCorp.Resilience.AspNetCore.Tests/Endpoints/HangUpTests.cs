using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Resilience.AspNetCore.Tests;

/// <summary>Callers that hang up while their request runs or waits.</summary>
[Trait("Spec", "FR13")]
public sealed class HangUpTests : IAsyncDisposable
{
    private readonly EndpointHost _host = new();
    private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _effects;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Safeguard("A caller that hangs up cancels no endpoint", SwitchedOff = "the endpoint gets the token of the connection")]
    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task The_endpoint_ends_its_response_is_stored_and_the_next_request_gets_it(int bytes)
    {
        _host.App.MapPost("/charges", async (HttpContext http, CancellationToken cancellationToken) =>
        {
            await ChargeAsync(cancellationToken);
            return new string('x', bytes);
        }).RequireIdempotencyKey();
        await HangUpAsync(_host);

        using var again = await EndedAsync(_host);

        again.StatusCode.Should().Be(HttpStatusCode.OK);
        (await again.TextAsync()).Should().HaveLength(bytes);
        again.IsReplay().Should().BeTrue();
        _effects.Should().Be(1);
    }

    [Fact]
    public async Task An_endpoint_whose_response_is_too_large_to_be_stored_does_not_run_again_either()
    {
        _host.App.MapPost("/charges", async (HttpContext http, CancellationToken cancellationToken) =>
        {
            await ChargeAsync(cancellationToken);
            for (var part = 0; part < 100; part++)
            {
                await http.Response.WriteAsync(new string('x', 10_000), http.RequestAborted);
            }
        }).RequireIdempotencyKey(keys => keys.MaxResponseBody = 10);
        await HangUpAsync(_host);

        using var again = await EndedAsync(_host);

        again.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await again.TextAsync()).Should().Contain("was not stored");
        _effects.Should().Be(1);
    }

    [Theory]
    [InlineData("code")]
    [InlineData("configuration")]
    public async Task Where_the_options_say_so_it_cancels_the_endpoint_and_leaves_the_key_free(string where)
    {
        await using var host = new EndpointHost(configure: builder =>
        {
            builder.Configuration["TechCorp:Resilience:IdempotencyKeys:CancelWhenCallerDisconnects"] = where == "code" ? null : "true";
            builder.Services.AddTechCorpIdempotencyKeys();
        });
        host.App.MapPost("/charges", async (CancellationToken cancellationToken) =>
        {
            if (++_effects == 1)
            {
                _began.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return "done";
        }).RequireIdempotencyKey(keys => keys.CancelWhenCallerDisconnects |= where == "code");

        await HangUpAsync(host);

        using var again = await EndedAsync(host);
        (await again.TextAsync()).Should().Be("done");
        _effects.Should().Be(2);
    }

    [Safeguard("A caller that hangs up leaves while it waits for another request", SwitchedOff = "`CallerPatience` does not listen to the connection",
        Remark = "does not end")]
    [Fact]
    public async Task One_that_waits_for_another_request_leaves()
    {
        await using var host = new EndpointHost(wait: TimeSpan.FromMinutes(10));
        var (came, left, end) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var requests = 0;
        host.App.Use(async (http, next) =>
        {
            if (Interlocked.Increment(ref requests) == 2)
            {
                came.SetResult();
            }

            try
            {
                await next(http);
            }
            catch (OperationCanceledException)
            {
                left.SetResult();
            }
        });
        host.App.MapPost("/charges", async () =>
        {
            _began.SetResult();
            await end.Task;
            return ++_effects;
        }).RequireIdempotencyKey();
        await host.StartAsync();
        var first = host.PostAsync("/charges");
        await _began.Task;
        using var hangUp = new CancellationTokenSource();
        var second = host.PostAsync("/charges", cancellationToken: hangUp.Token);

        await came.Task;

        await hangUp.CancelAsync();

        await second.Awaiting(request => request).Should().ThrowAsync<OperationCanceledException>();
        await left.Task.WaitAsync(TestContext.Current.CancellationToken);
        end.SetResult();
        (await (await first).TextAsync()).Should().Be("1");
    }

    [Safeguard("What is sent to nobody fails no endpoint", SwitchedOff = "`CaptureStream` lets the exception pass")]
    [Fact]
    public async Task What_a_server_throws_for_a_connection_that_is_gone_is_no_failure_of_the_endpoint()
    {
        using var gone = new CancellationTokenSource();
        var http = new DefaultHttpContext();
        var real = new StreamResponseBodyFeature(new BrokenStream());
        await using var stream = new CaptureStream(real, new CapturedHead(http.Features.GetRequiredFeature<IHttpResponseFeature>()), bound: 0, gone.Token);
        await stream.Awaiting(it => it.WriteAsync(new byte[1]).AsTask()).Should().ThrowAsync<IOException>("the caller is there");

        await gone.CancelAsync();

        await stream.WriteAsync(new byte[1], TestContext.Current.CancellationToken);
        await stream.FlushAsync(TestContext.Current.CancellationToken);
        stream.Write([1]);
        stream.Flush();
    }

    /// <summary>Has its effect, and goes on when its caller is gone.</summary>
    private async Task ChargeAsync(CancellationToken cancellationToken)
    {
        _effects++;
        _began.TrySetResult();
        await _hungUp.Task;
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Starts the host and sends a request whose caller hangs up when the endpoint has begun.</summary>
    private async Task HangUpAsync(EndpointHost host)
    {
        host.App.Use((http, next) =>
        {
            http.RequestAborted.Register(() => _hungUp.TrySetResult());
            return next(http);
        });
        await host.StartAsync();
        using var hangUp = new CancellationTokenSource();
        var first = host.PostAsync("/charges", cancellationToken: hangUp.Token);
        await _began.Task;
        await hangUp.CancelAsync();
        await first.Awaiting(request => request).Should().ThrowAsync<OperationCanceledException>();
        await _hungUp.Task;
    }

    /// <summary>Repeats the request until the first one has ended.</summary>
    private static async Task<HttpResponseMessage> EndedAsync(EndpointHost host)
    {
        HttpResponseMessage? last = null;
        await Eventually.Holds(
            async () => (last = await host.PostAsync("/charges")).Headers.RetryAfter is null && last.StatusCode != HttpStatusCode.InternalServerError,
            "the first request has ended");
        return last!;
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("The connection was reset.");

        public override void Flush() => throw new IOException("The connection was reset.");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
            => ValueTask.FromException(new IOException("The connection was reset."));

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.FromException(new IOException("The connection was reset."));
    }
}
