using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace TechCorp.Resilience.Http.Tests;

/// <summary>Each attempt sends the same bytes and content headers, or there is one attempt and the log says why.</summary>
[Trait("Spec", "FR2")]
public sealed class RepeatedContentTests
{
    private static readonly Uri Stock = new("http://stock.test/products/7");
    private readonly TestClock _clock = new();
    private readonly ListLogger _log = new();

    public static TheoryData<string> Repeatable
        => ["json", "json once", "json of a sequence that comes slowly", "json in UTF-16", "text", "bytes", "part of bytes", "memory", "form", "parts",
            "parts with json", "parts in parts", "derived", "empty"];

    public static TheoryData<string> Once => ["stream", "part that is a stream", "custom", "no length"];

    [Safeguard("A content that makes its bytes is written once", SwitchedOff = "`ContentKinds` says that JSON holds its bytes")]
    [Theory, MemberData(nameof(Repeatable))]
    public async Task All_attempts_send_the_same_bytes_and_content_headers(string kind)
    {
        using var server = new RecordingServer();
        using var client = Client(server);
        using var content = Content(kind);
        content.Headers.TryAddWithoutValidation("X-Checksum", "17");

        (await _clock.RunAsync(client.PutAsync(Stock, content))).StatusCode.Should().Be(HttpStatusCode.OK);

        server.Bodies.Should().HaveCount(3);
        server.Bodies.Should().OnlyContain(body => body.SequenceEqual(server.Bodies[0]));
        server.Bodies[0].Length.Should().Be(kind == "empty" ? 0 : server.Bodies[0].Length).And.BeGreaterThanOrEqualTo(kind == "empty" ? 0 : 1);
        server.Attempts.Distinct().Should().ContainSingle().Which.Should().Contain("X-Checksum: 17");
        _log.Entries.Should().NotContain(entry => entry.StartsWith("102", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Repeatable))]
    public void The_blocking_way_sends_the_same_bytes_too(string kind)
    {
        using var server = new RecordingServer();
        using var client = new HttpClient(new ResilienceHandler("inventory", timeProvider: new SkippingClock(), logger: _log) { InnerHandler = server });
        using var content = Content(kind);
        using var request = new HttpRequestMessage(HttpMethod.Put, Stock) { Content = content };

        client.Send(request).StatusCode.Should().Be(HttpStatusCode.OK);

        server.Bodies.Should().HaveCount(3).And.OnlyContain(body => body.SequenceEqual(server.Bodies[0]));
    }

    [Theory, MemberData(nameof(Once))]
    public async Task What_may_be_readable_once_is_sent_once_and_the_log_says_why(string kind)
    {
        using var server = new RecordingServer();
        using var client = Client(server);
        using var content = Content(kind);

        (await _clock.RunAsync(client.PutAsync(Stock, content))).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);

        Encoding.UTF8.GetString(server.Bodies.Should().ContainSingle().Subject).Should().Contain("lamp");
        _log.Entries.Should().ContainSingle(entry => entry.StartsWith("1020", StringComparison.Ordinal)).Which.Should().Contain(content.GetType().Name);
    }

    [Safeguard("What is kept of a content is bounded", SwitchedOff = "a bound of `int.MaxValue`")]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_content_over_the_bound_is_sent_once_and_whole_and_the_log_says_why(bool blocks)
    {
        using var server = new RecordingServer();
        TimeProvider timeProvider = blocks ? new SkippingClock() : _clock;
        using var client = Client(server, new HttpResilienceOptions { MaxBufferedContent = 1_000 }, timeProvider);
        using var request = new HttpRequestMessage(HttpMethod.Put, Stock) { Content = Json(Products(500)) };

        // Nothing here waits for the clock, and a clock that moves would end an attempt whose content another thread writes.
        var response = blocks ? client.Send(request) : await client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        var body = server.Bodies.Should().ContainSingle().Subject;
        System.Text.Json.JsonSerializer.Deserialize(body, ProductJson.Default.IEnumerableProduct).Should().HaveCount(500);
        _log.Entries.Should().Contain("1021 'inventory' does not retry a PUT request: its content (JsonContent) has more than 1000 bytes and is not kept for "
            + "another attempt. Raise MaxBufferedContent to have the request retried. This is logged once for each type of content.");
    }

    [Fact]
    public async Task Parts_that_say_that_they_are_over_the_bound_are_not_kept_at_all()
    {
        using var server = new RecordingServer();
        using var client = Client(server, new HttpResilienceOptions { MaxBufferedContent = 10 });
        using var parts = new DerivedParts { new StringContent("eleven chars") };

        (await _clock.RunAsync(client.PutAsync(Stock, parts))).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);

        server.Bodies.Should().ContainSingle();
        _log.Entries.Should().Contain(entry => entry.StartsWith("1021", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_content_over_the_bound_that_no_attempt_asks_for_is_given_up()
    {
        var ended = new TaskCompletionSource();
        using var refusing = new RefusingServer();
        using var client = Client(refusing, new HttpResilienceOptions { MaxBufferedContent = 1_000 });
        using var content = Json(Watched(ended));

        await client.Awaiting(c => c.PutAsync(Stock, content)).Should().ThrowAsync<HttpRequestException>();

        await ended.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Safeguard("A content that an inner handler disposes of is that of one attempt", SwitchedOff = "attempts share the caller's content")]
    [Fact]
    public async Task An_inner_handler_that_disposes_of_the_content_does_no_harm_to_the_next_attempt()
    {
        using var server = new RecordingServer();
        using var client = Client(new DisposingHandler { InnerHandler = server });

        (await _clock.RunAsync(client.PutAsync(Stock, new StringContent("lamp")))).StatusCode.Should().Be(HttpStatusCode.OK);

        server.Bodies.Select(Encoding.UTF8.GetString).Should().Equal("lamp", "lamp", "lamp");
    }

    [Fact]
    public async Task After_the_call_the_request_has_its_callers_content_again()
    {
        using var server = new RecordingServer();
        using var client = Client(server);
        using var content = Content("json");
        using var request = new HttpRequestMessage(HttpMethod.Put, Stock) { Content = content };

        await _clock.RunAsync(client.SendAsync(request));

        request.Content.Should().BeSameAs(content);
    }

    [Fact]
    public async Task A_sequence_that_fails_is_its_callers_mistake_and_no_failure_of_the_host()
    {
        using var server = new RecordingServer();
        var handler = new ResilienceHandler("inventory", timeProvider: _clock) { InnerHandler = server };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var content = Json(Failing());

        await client.Awaiting(c => c.PutAsync(Stock, content)).Should().ThrowAsync<InvalidDataException>();

        server.Bodies.Should().BeEmpty();
        handler.Circuits.Should().OnlyContain(circuit => circuit.ConsecutiveFailures == 0);
    }

    [Fact]
    public async Task What_is_sent_once_anyway_is_not_kept()
    {
        using var server = new RecordingServer();
        using var client = Client(server, new HttpResilienceOptions { MaxBufferedContent = 0 });

        await _clock.RunAsync(client.PostAsync(Stock, Json(Products(3))));

        server.Bodies.Should().ContainSingle();
        _log.Entries.Should().NotContain(entry => entry.StartsWith("102", StringComparison.Ordinal));
    }

    // Without a limit of an attempt, so that the only timer is the wait for the next one: the clock moves to it while a content is written.
    private HttpClient Client(HttpMessageHandler inner, HttpResilienceOptions? http = null, TimeProvider? timeProvider = null)
        => new(new ResilienceHandler("inventory", new() { Timeout = null }, timeProvider ?? _clock, _log, http) { InnerHandler = inner })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

    private static JsonContent Json(IEnumerable<Product> products) => JsonContent.Create(products, ProductJson.Default.IEnumerableProduct);

    private static HttpContent Content(string kind) => kind switch
    {
        "json" => JsonContent.Create(new Product("lamp"), ProductJson.Default.Product),
        "json once" => Json(new OnceSequence()),
        "json of a sequence that comes slowly" => Json(Products(3_000)),
        "json in UTF-16" => JsonContent.Create(new Product("lamp"), ProductJson.Default.Product, new MediaTypeHeaderValue("application/json", "utf-16")),
        "text" => new StringContent("lamp"),
        "bytes" => new ByteArrayContent("lamp"u8.ToArray()),
        "part of bytes" => new ByteArrayContent("a lamp"u8.ToArray(), 2, 3),
        "memory" => new ReadOnlyMemoryContent("lamp"u8.ToArray()),
        "form" => new FormUrlEncodedContent([new("product", "lamp")]),
        "parts" => new MultipartFormDataContent { { new StringContent("lamp"), "product" } },
        "parts with json" => new MultipartFormDataContent { { Json(new OnceSequence()), "products" } },
        "parts in parts" => new MultipartContent { new MultipartContent { Json(new OnceSequence()) } },
        "derived" => new CountingContent(),
        "empty" => new ByteArrayContent([]),
        "stream" => new StreamContent(new MemoryStream("lamp"u8.ToArray())),
        "part that is a stream" => new MultipartFormDataContent { { new StreamContent(new MemoryStream("lamp"u8.ToArray())), "file" } },
        "custom" => new PushContent(length: 4),
        _ => new PushContent(length: null),
    };

    private static IEnumerable<Product> Products(int count) => Enumerable.Range(0, count).Select(number => new Product($"lamp {number}"));

    private static IEnumerable<Product> Watched(TaskCompletionSource ended)
    {
        try
        {
            foreach (var product in Products(100_000))
            {
                yield return product;
            }
        }
        finally
        {
            ended.SetResult();
        }
    }

    private static IEnumerable<Product> Failing()
    {
        yield return new Product("lamp");
        throw new InvalidDataException("The table of lamps has a hole.");
    }

    /// <summary>Gives its products to the first reader only.</summary>
    private sealed class OnceSequence : IEnumerable<Product>
    {
        private int _readers;

        public IEnumerator<Product> GetEnumerator() => Products(Interlocked.Increment(ref _readers) == 1 ? 3 : 0).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>Says that it holds bytes and writes others each time.</summary>
    private sealed class CountingContent() : ByteArrayContent("lamp 0"u8.ToArray())
    {
        private int _written;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
            => stream.WriteAsync(Encoding.UTF8.GetBytes($"lamp {++_written}")).AsTask();

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
            => SerializeToStreamAsync(stream, context);

        protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
            => stream.Write(Encoding.UTF8.GetBytes($"lamp {++_written}"));
    }

    private sealed class DerivedParts : MultipartContent;

    private sealed class PushContent(long? length) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync("lamp"u8.ToArray()).AsTask();

        protected override bool TryComputeLength(out long computed)
        {
            computed = length ?? 0;
            return length is not null;
        }
    }

    private sealed class DisposingHandler : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            request.Content!.Dispose();
            return response;
        }
    }

    private sealed class RefusingServer : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => throw new HttpRequestException("refused");
    }
}
