using System.Net;

namespace TechCorp.Resilience.Http.Tests;

[Trait("Spec", "FR14")]
public sealed class CreatedKeyTests : IDisposable
{
    private static readonly Uri Orders = new("http://orders.test/orders");
    private readonly TestClock _clock = new();
    private readonly RecordingServer _server = new();
    private readonly HttpClient _client;

    public CreatedKeyTests()
        => _client = new HttpClient(
            new ResilienceHandler("orders", timeProvider: _clock, http: new HttpResilienceOptions { CreateIdempotencyKeys = true }) { InnerHandler = _server });

    public void Dispose() => _client.Dispose();

    [Safeguard("One key for each call, the same in its attempts", SwitchedOff = "no key is created")]
    [Theory]
    [InlineData("POST")]
    [InlineData("PATCH")]
    [InlineData("LOCK")]
    public async Task A_call_without_a_key_gets_one_that_is_the_same_in_each_attempt(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Orders) { Content = new StringContent("two lamps") };

        (await _clock.RunAsync(_client.SendAsync(request))).StatusCode.Should().Be(HttpStatusCode.OK);

        _server.Keys.Should().HaveCount(3).And.OnlyContain(key => key == _server.Keys[0]);
        _server.Keys[0].Should().MatchRegex("^\"[0-9a-f-]{36}\"$", "it is a string of RFC 9651");
    }

    [Fact]
    public async Task Two_calls_get_two_keys()
    {
        await _clock.RunAsync(_client.PostAsync(Orders, new StringContent("two lamps")));
        await _clock.RunAsync(_client.PostAsync(Orders, new StringContent("two lamps")));

        _server.Keys.Distinct().Should().HaveCount(2);
    }

    [Safeguard("The caller's key is respected", SwitchedOff = "it is replaced")]
    [Fact]
    public async Task A_key_that_the_caller_gave_is_kept()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Orders) { Headers = { { ResilienceHandler.IdempotencyKeyHeader, "order-7" } } };

        await _clock.RunAsync(_client.SendAsync(request));

        _server.Keys.Should().Equal("order-7", "order-7", "order-7");
    }

    [Fact]
    public async Task An_empty_key_is_replaced()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Orders);
        request.Headers.TryAddWithoutValidation(ResilienceHandler.IdempotencyKeyHeader, "");

        await _clock.RunAsync(_client.SendAsync(request));

        _server.Keys.Should().HaveCount(3).And.OnlyContain(key => key!.Length == 38);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task A_method_that_may_be_repeated_anyway_needs_none(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Orders);

        await _clock.RunAsync(_client.SendAsync(request));

        _server.Keys.Should().Equal(null, null, null);
    }
}
