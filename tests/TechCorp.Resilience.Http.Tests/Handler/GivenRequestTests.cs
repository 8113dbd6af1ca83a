using System.Net;

namespace TechCorp.Resilience.Http.Tests;

/// <summary>Each attempt begins with the request as its caller gave it.</summary>
[Trait("Spec", "FR5")]
public sealed class GivenRequestTests : IDisposable
{
    private static readonly HttpRequestOptionsKey<string> Tenant = new("tenant");
    private static readonly HttpRequestOptionsKey<int> Attempt = new("attempt");
    private readonly TestClock _clock = new();
    private readonly RecordingServer _server = new();

    public void Dispose() => _server.Dispose();

    [Safeguard("Each attempt begins with the request as given", SwitchedOff = "`RequestSnapshot.Restore` does nothing")]
    [Fact]
    public async Task What_an_inner_handler_adds_and_changes_is_not_there_at_the_next_attempt()
    {
        var signing = new SigningHandler { InnerHandler = _server };
        using var client = new HttpClient(new ResilienceHandler("orders", timeProvider: _clock) { InnerHandler = signing });
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://orders.test/7?a=1")
        {
            Content = new StringContent("two lamps"),
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
        };
        request.Headers.TryAddWithoutValidation("X-Trace", ["one", "two"]);
        request.Headers.TryAddWithoutValidation("Accept", "not valid,,");
        request.Headers.UserAgent.ParseAdd("shop/1.0 (test)");
        request.Options.Set(Tenant, "north");

        (await _clock.RunAsync(client.SendAsync(request))).StatusCode.Should().Be(HttpStatusCode.OK);

        signing.Options.Should().Equal("tenant=north", "tenant=north", "tenant=north");
        _server.Attempts.Should().HaveCount(3);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            _server.Attempts[attempt - 1].Replace($"sig-{attempt}", "sig", StringComparison.Ordinal).Should()
                .Be(_server.Attempts[0].Replace("sig-1", "sig", StringComparison.Ordinal));
        }

        _server.Attempts[2].Should().Contain("X-Signature: sig-3\n").And.Contain("X-Body: sig-3").And.Contain("X-Trace: one, two").And.NotContain("sig-2")
            .And.Contain("Accept: not valid,,");
        signing.Given.Should().AllBe($"PUT http://orders.test/7?a=1 2.0 {HttpVersionPolicy.RequestVersionOrHigher} expect: close: chunked:");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Flags_that_say_explicitly_no_are_kept(bool? flag)
    {
        var signing = new SigningHandler { InnerHandler = _server };
        using var client = new HttpClient(new ResilienceHandler("orders", timeProvider: _clock) { InnerHandler = signing });
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://orders.test/") { Content = new StringContent("lamp") };
        (request.Headers.ExpectContinue, request.Headers.ConnectionClose, request.Headers.TransferEncodingChunked) = (flag, flag, flag);

        await _clock.RunAsync(client.SendAsync(request));

        signing.Given.Should().HaveCount(3).And.AllSatisfy(given => given.Should().EndWith($"expect:{flag} close:{flag} chunked:{flag}"));
    }

    [Fact]
    public async Task After_the_last_attempt_the_request_is_as_that_attempt_left_it()
    {
        using var client = new HttpClient(
            new ResilienceHandler("orders", timeProvider: _clock) { InnerHandler = new SigningHandler { InnerHandler = _server } });
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://orders.test/");

        await _clock.RunAsync(client.SendAsync(request));

        request.RequestUri.Should().Be(new Uri("http://elsewhere.test/"), "as without the handler, it says where a redirect led");
    }

    private sealed class SigningHandler : DelegatingHandler
    {
        private int _attempt;

        public List<string> Options { get; } = [];

        public List<string> Given { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var headers = request.Headers;
            Options.Add(string.Join(' ', request.Options.Select(option => $"{option.Key}={option.Value}")));
            Given.Add($"{request.Method} {request.RequestUri} {request.Version} {request.VersionPolicy} "
                + $"expect:{headers.ExpectContinue} close:{headers.ConnectionClose} chunked:{headers.TransferEncodingChunked}");
            headers.Add("X-Signature", $"sig-{++_attempt}");
            request.Content?.Headers.Add("X-Body", $"sig-{_attempt}");
            request.Options.Set(Attempt, _attempt);
            request.Options.Set(Tenant, "south");
            var response = await base.SendAsync(request, cancellationToken);
            (headers.ExpectContinue, headers.ConnectionClose, headers.TransferEncodingChunked) = (true, true, true);
            headers.Remove("X-Trace");
            request.Version = HttpVersion.Version11;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            request.RequestUri = new Uri("http://elsewhere.test/");
            request.Method = HttpMethod.Get;
            return response;
        }
    }
}
