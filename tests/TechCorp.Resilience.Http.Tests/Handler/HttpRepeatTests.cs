using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace TechCorp.Resilience.Http.Tests;

/// <summary>Which requests are sent again, and what is sent then.</summary>
public sealed class HttpRepeatTests : IDisposable
{
    private static readonly Uri Stock = new("http://stock.test/products/7");
    private readonly TestClock _clock = new();
    private readonly ListLogger _log = new();
    private readonly ScriptedServer _server;
    private readonly ResilienceHandler _handler;
    private readonly HttpClient _client;

    public HttpRepeatTests()
    {
        _server = new ScriptedServer(_clock).Answer(1, HttpStatusCode.ServiceUnavailable);
        _handler = new ResilienceHandler("inventory", timeProvider: _clock, logger: _log) { InnerHandler = _server };
        _client = new HttpClient(_handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _client.Dispose();

    [Theory, Trait("Spec", "HT4")]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task A_method_that_promises_no_harm_is_repeated(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Stock);

        (await _clock.RunAsync(_client.SendAsync(request))).StatusCode.Should().Be(HttpStatusCode.OK);

        _server.Times.Should().Equal(0, 1);
        _log.Entries.Should().NotContain(entry => entry.StartsWith("1020", StringComparison.Ordinal));
    }

    [Fact, Trait("Spec", "HT5")]
    public async Task An_empty_key_is_no_key()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Stock);
        request.Headers.TryAddWithoutValidation(ResilienceHandler.IdempotencyKeyHeader, "");

        (await _clock.RunAsync(_client.SendAsync(request))).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    [Theory, Trait("Spec", "HT7")]
    [InlineData("text")]
    [InlineData("bytes")]
    [InlineData("memory")]
    [InlineData("form")]
    [InlineData("json")]
    [InlineData("parts")]
    public async Task A_body_that_holds_its_bytes_is_sent_again_whole(string kind)
    {
        using var body = Body(kind);

        (await _clock.RunAsync(_client.PutAsync(Stock, body))).StatusCode.Should().Be(HttpStatusCode.OK);

        _server.Seen.Should().HaveCount(2);
        _server.Seen[1].Body.Should().Be(_server.Seen[0].Body).And.Contain("lamp");
    }

    [Fact, Trait("Spec", "HT7")]
    public async Task The_log_names_the_request_that_is_sent_once_and_its_body()
    {
        using var body = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes("lamp")));

        await _clock.RunAsync(_client.PutAsync(Stock, body));

        _log.Entries.Should().Contain(
            "1020 'inventory' does not retry a PUT request: its content (StreamContent) can be sent only once. Read it into a "
                + "ByteArrayContent to have the request retried. This is logged once for each type of content.");
    }

    [Fact, Trait("Spec", "HT7")]
    public async Task A_stream_in_a_request_that_is_sent_once_anyway_is_no_news()
    {
        using var body = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes("lamp")));

        await _clock.RunAsync(_client.PostAsync(Stock, body));

        _server.Times.Should().HaveCount(1);
        _log.Entries.Should().NotContain(entry => entry.StartsWith("1020", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_attempt_has_the_address_the_credentials_and_the_chunking_of_the_request_as_it_was_given()
    {
        var rewriting = new RewritingHandler { InnerHandler = _server };
        using var client = new HttpClient(new ResilienceHandler("inventory", timeProvider: _clock) { InnerHandler = rewriting });
        using var request = new HttpRequestMessage(HttpMethod.Put, Stock) { Content = new StringContent("lamp") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "ana");
        request.Headers.TransferEncodingChunked = true;

        (await _clock.RunAsync(client.SendAsync(request))).StatusCode.Should().Be(HttpStatusCode.OK);

        rewriting.Given.Should().Equal(Enumerable.Repeat($"PUT {Stock} Bearer ana chunked: True", 2));
    }

    [Fact, Trait("Spec", "HT8")]
    public async Task A_host_that_failed_is_remembered_longer_than_one_that_did_not()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Stock);
        await _clock.RunAsync(_client.SendAsync(request));
        _clock.Advance(TimeSpan.FromMinutes(20));

        await _clock.RunAsync(_client.GetAsync(new Uri("http://other.test/")));

        _handler.Circuits.Select(c => (c.Name, c.ConsecutiveFailures)).Should()
            .BeEquivalentTo([("inventory http://stock.test:80", 1), ("inventory http://other.test:80", 0)]);
    }

    [Fact, Trait("Spec", "HT8")]
    public async Task Without_a_circuit_breaker_there_are_no_circuits_to_see()
    {
        var handler = new ResilienceHandler("inventory", new ResiliencePipelineOptions { CircuitBreaker = null }, _clock) { InnerHandler = _server };
        using var client = new HttpClient(handler);

        (await _clock.RunAsync(client.GetAsync(Stock))).StatusCode.Should().Be(HttpStatusCode.OK);

        handler.Circuits.Should().BeEmpty();
    }

    [Fact, Trait("Spec", "HT2")]
    public async Task The_status_that_opened_a_circuit_is_the_reason_of_its_rejections()
    {
        var options = new ResiliencePipelineOptions { Retry = null, CircuitBreaker = new() { FailureThreshold = 1 } };
        using var client = new HttpClient(new ResilienceHandler("inventory", options, _clock) { InnerHandler = _server });
        await _clock.RunAsync(client.GetAsync(Stock));

        (await client.Awaiting(c => c.GetAsync(Stock)).Should().ThrowAsync<CircuitOpenException>()).Which.InnerException!.Message
            .Should().EndWith(": 503 ServiceUnavailable.");
    }

    private static HttpContent Body(string kind) => kind switch
    {
        "text" => new StringContent("lamp"),
        "bytes" => new ByteArrayContent("lamp"u8.ToArray()),
        "memory" => new ReadOnlyMemoryContent("lamp"u8.ToArray()),
        "form" => new FormUrlEncodedContent([new("product", "lamp")]),
        "json" => System.Net.Http.Json.JsonContent.Create(new Product("lamp"), ProductJson.Default.Product),
        _ => new MultipartFormDataContent { { new StringContent("lamp"), "product" }, { new StringContent("two"), "count" } },
    };

    /// <summary>Leaves a request behind as a handler does that has followed a redirect to another host.</summary>
    private sealed class RewritingHandler : DelegatingHandler
    {
        public List<string> Given { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Given.Add($"{request.Method} {request.RequestUri} {request.Headers.Authorization} chunked: {request.Headers.TransferEncodingChunked}");
            var response = await base.SendAsync(request, cancellationToken);
            request.Method = HttpMethod.Get;
            request.RequestUri = new Uri("http://elsewhere.test/");
            request.Content = null;
            request.Headers.Authorization = null;
            request.Headers.TransferEncodingChunked = null;
            return response;
        }
    }
}
