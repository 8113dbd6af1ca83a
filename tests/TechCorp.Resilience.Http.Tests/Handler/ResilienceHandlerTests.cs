using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace TechCorp.Resilience.Http.Tests;

public sealed class ResilienceHandlerTests : IDisposable
{
    private static readonly Uri Stock = new("http://stock.test/products/7");
    private readonly TestClock _clock = new();
    private readonly ScriptedServer _server;
    private readonly ListLogger _log = new();
    private readonly ResilienceHandler _handler;
    private readonly HttpClient _client;

    public ResilienceHandlerTests()
    {
        _server = new ScriptedServer(_clock);
        _handler = new ResilienceHandler("inventory", timeProvider: _clock, logger: _log) { InnerHandler = _server };
        _client = new HttpClient(_handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _client.Dispose();

    [Fact, Trait("Spec", "HT1")]
    public async Task No_answer_in_5_seconds_ends_the_attempt_and_the_next_begins()
    {
        _server.Answer(1, static token => Hang.UntilCanceled<HttpResponseMessage>(token));

        var response = await _clock.RunAsync(_client.GetAsync(Stock));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        _server.Times.Should().Equal(0, 6);
    }

    [Theory, Trait("Spec", "HT2")]
    [InlineData(HttpStatusCode.RequestTimeout)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task A_status_that_says_try_again_is_a_failure_and_retried(HttpStatusCode status)
    {
        _server.Answer(1, status).Answer(2, status);

        var response = await _clock.RunAsync(_client.GetAsync(Stock));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        _server.Times.Should().Equal(0, 1, 3);
    }

    [Fact, Trait("Spec", "HT2")]
    public async Task A_connection_that_fails_is_a_failure_and_retried()
    {
        _server.Answer(1, static _ => throw new HttpRequestException("refused"));

        (await _clock.RunAsync(_client.GetAsync(Stock))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Safeguard("Discarded results are disposed", SwitchedOff = "they are dropped")]
    [Fact, Trait("Spec", "HT2"), Trait("Spec", "HT9")]
    public async Task When_no_attempt_is_left_the_last_response_is_the_callers()
    {
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            _server.Answer(attempt, HttpStatusCode.BadGateway);
        }

        var response = await _clock.RunAsync(_client.GetAsync(Stock));

        response.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        (await response.Content.ReadAsStringAsync()).Should().Be("answer 5", "the last response must not be disposed");
        _server.Disposed.Should().Equal(1, 2, 3, 4);
        _handler.Circuits.Should().ContainSingle().Which.State.Should().Be(CircuitState.Open);
    }

    [Theory, Trait("Spec", "HT3")]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.PaymentRequired)]
    [InlineData(HttpStatusCode.UnprocessableEntity)]
    [InlineData(HttpStatusCode.Conflict)]
    public async Task Any_other_answer_is_a_success_for_the_breaker_and_returned(HttpStatusCode status)
    {
        _server.Answer(1, HttpStatusCode.BadGateway).Answer(2, status);

        var response = await _clock.RunAsync(_client.GetAsync(Stock));

        response.StatusCode.Should().Be(status);
        _server.Times.Should().HaveCount(2);
        _handler.Circuits.Single().ConsecutiveFailures.Should().Be(0);
    }

    [Theory, Trait("Spec", "HT4")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task A_request_that_may_not_be_repeated_is_sent_once(string method)
    {
        _server.Answer(1, HttpStatusCode.ServiceUnavailable);

        using var request = new HttpRequestMessage(new HttpMethod(method), Stock) { Content = new StringContent("{}") };
        var response = await _client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        _server.Times.Should().HaveCount(1);
    }

    [Fact, Trait("Spec", "HT5")]
    public async Task A_post_with_a_key_is_retried_with_the_same_key_and_body()
    {
        _server.Answer(1, HttpStatusCode.ServiceUnavailable).Answer(2, HttpStatusCode.ServiceUnavailable);
        using var request = new HttpRequestMessage(HttpMethod.Post, Stock) { Content = new StringContent("{\"amount\":5}") };
        request.Headers.Add(ResilienceHandler.IdempotencyKeyHeader, "\"charge-17\"");

        (await _clock.RunAsync(_client.SendAsync(request))).StatusCode.Should().Be(HttpStatusCode.OK);

        _server.Seen.Should().Equal(Enumerable.Repeat(("\"charge-17\"", "{\"amount\":5}"), 3));
    }

    [Safeguard("Retry-After as lower bound", SwitchedOff = "the back-off alone decides")]
    [Fact, Trait("Spec", "HT6")]
    public async Task Retry_after_in_seconds_is_a_lower_bound()
    {
        _server.Answer(1, HttpStatusCode.TooManyRequests, new RetryConditionHeaderValue(TimeSpan.FromSeconds(6)));

        await _clock.RunAsync(_client.GetAsync(Stock));

        _server.Times.Should().Equal(0, 6);
    }

    [Safeguard("Retry-After as lower bound")]
    [Fact, Trait("Spec", "HT6")]
    public async Task Retry_after_as_a_date_is_a_lower_bound()
    {
        _server.Answer(1, HttpStatusCode.ServiceUnavailable, new RetryConditionHeaderValue(_clock.GetUtcNow().AddSeconds(7)));

        await _clock.RunAsync(_client.GetAsync(Stock));

        _server.Times.Should().Equal(0, 7);
    }

    [Fact, Trait("Spec", "HT6")]
    public async Task Retry_after_beyond_the_cap_ends_the_call_now_and_stays_readable()
    {
        _server.Answer(1, HttpStatusCode.ServiceUnavailable, new RetryConditionHeaderValue(TimeSpan.FromMinutes(2)));

        var response = await _client.GetAsync(Stock);

        response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(2));
        _server.Times.Should().Equal(0);
    }

    [Fact, Trait("Spec", "HT7")]
    public async Task A_stream_is_sent_once_and_the_log_says_so()
    {
        _server.Answer(1, HttpStatusCode.ServiceUnavailable);
        using var body = new MemoryStream(Encoding.UTF8.GetBytes("image"));

        var response = await _client.PutAsync(Stock, new StreamContent(body));

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        _server.Times.Should().HaveCount(1);
        _log.Entries.Should().Contain(entry => entry.Contains("StreamContent"));
    }

    [Fact, Trait("Spec", "HT8")]
    public async Task A_host_that_is_down_rejects_no_request_to_another()
    {
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            _server.Answer(attempt, HttpStatusCode.BadGateway);
        }

        await _clock.RunAsync(_client.GetAsync(Stock));

        await _client.Awaiting(c => c.GetAsync(Stock)).Should().ThrowAsync<CircuitOpenException>();
        (await _client.GetAsync(new Uri("http://other.test/"))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await _client.GetAsync(new Uri("http://stock.test:8080/"))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Safeguard("The caller wins over the timeout", SwitchedOff = "the cancellation of the caller is not considered")]
    [Fact, Trait("Spec", "CL4")]
    public async Task A_cancellation_by_the_caller_is_no_failure_of_the_host()
    {
        _server.Answer(1, static token => Hang.UntilCanceled<HttpResponseMessage>(token));
        using var caller = new CancellationTokenSource();
        var call = _client.GetAsync(Stock, caller.Token);

        await caller.CancelAsync();

        await call.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>();
        _handler.Circuits.Single().ConsecutiveFailures.Should().Be(0);
    }

    [Fact, Trait("Spec", "RT21")]
    public void The_blocking_way_of_the_client_is_retried_too()
    {
        using var server = new ScriptedServer(_clock);
        server.Answer(1, HttpStatusCode.BadGateway);
        using var client = new HttpClient(new ResilienceHandler("inventory", timeProvider: new SkippingClock()) { InnerHandler = server });

        using var request = new HttpRequestMessage(HttpMethod.Get, Stock);

        client.Send(request).StatusCode.Should().Be(HttpStatusCode.OK);
        server.Times.Should().HaveCount(2);
    }

    [Safeguard("A name that only handlers use shows no circuit", SwitchedOff = "`ResiliencePipelineRegistry.Circuits` makes one for every name")]
    [Fact]
    public async Task Handlers_of_one_registered_name_share_their_circuits()
    {
        var options = new ResiliencePipelineOptions { Retry = null, CircuitBreaker = new() { FailureThreshold = 1 } };
        var pipelines = ResiliencePipelineRegistry.Create([new("inventory", options)], _clock);
        _server.Answer(1, HttpStatusCode.BadGateway);
        using var first = new HttpMessageInvoker(new ResilienceHandler(pipelines, "inventory") { InnerHandler = _server }, disposeHandler: false);
        using var second = new HttpMessageInvoker(new ResilienceHandler(pipelines, "inventory") { InnerHandler = _server }, disposeHandler: false);
        await first.SendAsync(new HttpRequestMessage(HttpMethod.Get, Stock), default);

        await second.Awaiting(c => c.SendAsync(new HttpRequestMessage(HttpMethod.Get, Stock), default)).Should().ThrowAsync<CircuitOpenException>();

        pipelines.Circuits.Select(c => (c.Name, c.State)).Should().Equal(("inventory http://stock.test:80", CircuitState.Open));
    }
}
