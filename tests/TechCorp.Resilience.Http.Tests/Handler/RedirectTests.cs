using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace TechCorp.Resilience.Http.Tests;

/// <summary>The client's own handler follows redirects by rewriting the request; what is sent again is what the caller gave.</summary>
public sealed class RedirectTests
{
    private readonly TestClock _clock = new();

    [Safeguard("A redirected request is sent again as it was given", SwitchedOff = "`RequestSnapshot.Restore` does nothing")]
    [Fact]
    public async Task A_request_that_was_redirected_is_sent_again_as_it_was_given()
    {
        using var server = new LoopbackServer((HttpStatusCode.SeeOther, "/receipts/7"), (HttpStatusCode.ServiceUnavailable, null),
            (HttpStatusCode.Created, null));
        using var client = Client();
        using var order = Order(server, key: "order-7");

        (await _clock.RunAsync(client.SendAsync(order))).StatusCode.Should().Be(HttpStatusCode.Created);

        server.Seen.Should().Equal("POST /orders 'two lamps' Bearer ana", "GET /receipts/7 ''", "POST /orders 'two lamps' Bearer ana");
    }

    [Safeguard("A redirect makes no unsafe request safe to repeat", SwitchedOff = "`HttpCall` asks the rewritten request for its method")]
    [Fact]
    public async Task A_post_without_a_key_is_not_repeated_because_a_redirect_made_a_get_of_it()
    {
        using var server = new LoopbackServer((HttpStatusCode.SeeOther, "/receipts/7"), (HttpStatusCode.ServiceUnavailable, null));
        using var client = Client();
        using var order = Order(server, key: null);

        (await _clock.RunAsync(client.SendAsync(order))).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);

        server.Seen.Should().Equal("POST /orders 'two lamps' Bearer ana", "GET /receipts/7 ''");
    }

    [Safeguard("A content over the bound can be written again in its attempt", SwitchedOff = "`SpilledContent` refuses a second connection")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_content_over_the_bound_follows_a_redirect_that_keeps_method_and_content(bool blocks)
    {
        using var server = new LoopbackServer((HttpStatusCode.TemporaryRedirect, "/elsewhere"), (HttpStatusCode.Created, null));
        var handler = new ResilienceHandler("shop", new ResiliencePipelineOptions { Timeout = null }, _clock, http: new() { MaxBufferedContent = 100 })
        {
            InnerHandler = new SocketsHttpHandler(),
        };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        int[] numbers = [.. Enumerable.Range(0, 10_000)];
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(server.Address, "/orders")) { Content = JsonContent.Create(numbers) };

        using var response = blocks ? await Task.Run(() => client.Send(request)) : await client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        var body = $"'[{string.Join(',', numbers)}]'";
        server.Seen.Should().Equal($"PUT /orders {body}", $"PUT /elsewhere {body}");
        handler.Circuits.Should().OnlyContain(circuit => circuit.ConsecutiveFailures == 0);
    }

    private static HttpRequestMessage Order(LoopbackServer server, string? key)
    {
        var order = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "/orders")) { Content = new StringContent("two lamps") };
        order.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "ana");
        if (key is not null)
        {
            order.Headers.Add(ResilienceHandler.IdempotencyKeyHeader, key);
        }

        return order;
    }

    // Without a limit of an attempt, so that the only timer is the wait for the next one: the server follows no fake clock.
    private HttpClient Client()
        => new(new ResilienceHandler("shop", new ResiliencePipelineOptions { Timeout = null }, _clock) { InnerHandler = new SocketsHttpHandler() })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
}
