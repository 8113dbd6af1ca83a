using System.Net;

namespace TechCorp.Resilience.Http.Tests;

public sealed class ResilienceHandlerOptionsTests
{
    private static readonly Uri Stock = new("http://stock.test/products/7");
    private readonly TestClock _clock = new();

    [Fact]
    public void A_handler_without_a_name_or_with_invalid_options_is_refused()
    {
        FluentActions.Invoking(() => new ResilienceHandler("")).Should().Throw<ArgumentException>().WithParameterName("name");
        FluentActions.Invoking(() => new ResilienceHandler("inventory", new ResiliencePipelineOptions { Deadline = TimeSpan.Zero }))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Deadline");
    }

    [Safeguard("Requests are not left behind", SwitchedOff = "`PipelineRules` takes the abandoning timeout")]
    [Fact]
    public void A_limit_that_leaves_requests_behind_is_refused()
        => FluentActions.Invoking(() => new ResilienceHandler("inventory", new ResiliencePipelineOptions { Timeout = new() { Mode = TimeoutMode.Abandon } }))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("ResiliencePipelineOptions: Timeout must be Cooperative for requests*");

    [Fact]
    public async Task The_options_decide_how_often_a_request_is_sent()
    {
        using var server = new ScriptedServer(_clock).Answer(1, HttpStatusCode.BadGateway).Answer(2, HttpStatusCode.BadGateway);
        using var client = new HttpClient(Handler(server, new ResiliencePipelineOptions { Retry = new() { MaxAttempts = 2 } }));

        (await _clock.RunAsync(client.GetAsync(Stock))).StatusCode.Should().Be(HttpStatusCode.BadGateway);

        server.Times.Should().Equal(0, 1);
    }

    [Fact]
    public async Task A_healthy_host_that_is_idle_is_dropped()
    {
        using var server = new ScriptedServer(_clock);
        var handler = Handler(server);
        using var client = new HttpClient(handler);
        await _clock.RunAsync(client.GetAsync(Stock));
        _clock.Advance(TimeSpan.FromMinutes(10));

        await _clock.RunAsync(client.GetAsync(new Uri("http://other.test/")));

        handler.Circuits.Should().ContainSingle().Which.Name.Should().Be("inventory http://other.test:80");
    }

    [Fact]
    public async Task A_request_without_an_absolute_address_says_what_is_missing()
    {
        using var invoker = new HttpMessageInvoker(Handler(new ScriptedServer(_clock)));
        using var request = new HttpRequestMessage(HttpMethod.Get, "products/7");

        await invoker.Awaiting(i => i.SendAsync(request, CancellationToken.None)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("The request has no absolute address; send it through an HttpClient with a BaseAddress.");
    }

    [Fact, Trait("Spec", "HT7")]
    public async Task A_body_of_many_parts_of_which_one_is_a_stream_is_sent_once()
    {
        using var server = new ScriptedServer(_clock).Answer(1, HttpStatusCode.BadGateway);
        using var client = new HttpClient(Handler(server));
        using var parts = new MultipartFormDataContent { { new StringContent("text"), "text" }, { new StreamContent(new MemoryStream([1])), "file" } };

        (await _clock.RunAsync(client.PutAsync(Stock, parts))).StatusCode.Should().Be(HttpStatusCode.BadGateway);

        server.Times.Should().HaveCount(1);
    }

    [Fact]
    public void A_blocking_request_is_sent_by_the_blocking_way_of_the_inner_handler()
    {
        using var inner = new BlockingServer();
        using var client = new HttpClient(Handler(inner));
        using var request = new HttpRequestMessage(HttpMethod.Get, Stock);

        client.Send(request, CancellationToken.None).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private ResilienceHandler Handler(HttpMessageHandler inner, ResiliencePipelineOptions? options = null)
        => new("inventory", options, _clock) { InnerHandler = inner };

    private sealed class BlockingServer : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => new(HttpStatusCode.OK);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => throw new InvalidOperationException("A blocking caller must not wait for a task.");
    }
}
