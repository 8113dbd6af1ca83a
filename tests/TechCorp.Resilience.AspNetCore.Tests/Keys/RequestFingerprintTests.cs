using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace TechCorp.Resilience.AspNetCore.Tests;

[Trait("Spec", "FR13")]
public sealed class RequestFingerprintTests : IAsyncDisposable
{
    private readonly EndpointHost _host = new();
    private int _effects;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Safeguard("The body is hashed as it was sent", SwitchedOff = "the fingerprint does not contain the body")]
    [Theory]
    [InlineData("""{"card":"4000000000001111"}""")]
    [InlineData("""{"card":"4111111111111111","unknown":1}""")]
    [InlineData("""{ "card":"4111111111111111"}""")]
    public async Task Another_body_is_another_request_even_if_the_endpoint_cannot_tell_the_difference(string other)
    {
        _host.App.MapPost("/charges", (Charge charge) => Results.Ok($"{++_effects} {charge.Masked}")).RequireIdempotencyKey();
        await _host.StartAsync();

        using var first = await _host.PostAsync("/charges", """{"card":"4111111111111111"}""");
        using var refused = await _host.PostAsync("/charges", other);

        (await first.TextAsync()).Should().Be("\"1 ************1111\"");
        refused.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        refused.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        _effects.Should().Be(1);
    }

    [Safeguard("Same key, other address (path and query)")]
    [Theory]
    [InlineData("/orders/2")]
    [InlineData("/orders/1?a=1")]
    public async Task Other_route_values_and_another_query_are_refused(string other)
    {
        _host.App.MapPost("/orders/{id}", (string id) => ++_effects).RequireIdempotencyKey();
        await _host.StartAsync();

        using var first = await _host.PostAsync("/orders/1");
        using var refused = await _host.PostAsync(other);

        refused.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        _effects.Should().Be(1);
    }

    [Fact]
    public async Task Another_method_and_another_route_have_keys_of_their_own()
    {
        _host.App.MapPost("/orders", () => ++_effects).RequireIdempotencyKey();
        _host.App.MapPatch("/orders", () => ++_effects).RequireIdempotencyKey();
        _host.App.MapPost("/returns", () => ++_effects).RequireIdempotencyKey();
        await _host.StartAsync();

        using var orders = await _host.PostAsync("/orders");
        using var patched = await _host.PostAsync("/orders", method: HttpMethod.Patch);
        using var returns = await _host.PostAsync("/returns");

        _effects.Should().Be(3);
    }

    [Safeguard("Chosen headers are part of the request", SwitchedOff = "no header is hashed")]
    [Fact]
    public async Task A_chosen_header_with_another_value_is_refused_and_any_other_header_is_not()
    {
        _host.App.MapPost("/orders", () => ++_effects).RequireIdempotencyKey(keys => keys.FingerprintHeaders.Add("X-Currency"));
        await _host.StartAsync();

        using var first = await _host.PostAsync("/orders", headers: ("X-Currency", "EUR"));
        using var traced = await _host.PostAsync("/orders", headers: [("X-Currency", "EUR"), ("X-Trace", "2")]);
        using var dollars = await _host.PostAsync("/orders", headers: ("X-Currency", "USD"));
        using var text = await _host.PostAsync("/orders", contentType: "text/plain", headers: ("X-Currency", "EUR"));

        traced.IsReplay().Should().BeTrue();
        dollars.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        text.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Two_arguments_of_one_type_and_a_body_that_is_no_json_are_no_matter()
    {
        _host.App.MapPost("/between", ([FromQuery] int from, [FromQuery] int to, HttpRequest request) => ReadAsync(from, to, request))
            .RequireIdempotencyKey();
        await _host.StartAsync();

        using var first = await _host.PostAsync("/between?from=1&to=2", "plain", contentType: "text/plain");
        using var again = await _host.PostAsync("/between?from=1&to=2", "plain", contentType: "text/plain");

        (await first.TextAsync()).Should().Be("1 2 plain");
        again.IsReplay().Should().BeTrue();

        static async Task<string> ReadAsync(int from, int to, HttpRequest request)
        {
            using var reader = new StreamReader(request.Body);
            return $"{from} {to} {await reader.ReadToEndAsync()}";
        }
    }

    [Theory]
    [InlineData(10, HttpStatusCode.OK)]
    [InlineData(11, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_over_the_bound_is_refused_before_the_endpoint_does_anything(int bytes, HttpStatusCode status)
    {
        _host.App.MapPost("/orders", () => ++_effects).RequireIdempotencyKey(keys => keys.MaxRequestBody = 10);
        await _host.StartAsync();

        using var response = await _host.PostAsync("/orders", new string('x', bytes), contentType: "text/plain");

        response.StatusCode.Should().Be(status);
        _effects.Should().Be(status == HttpStatusCode.OK ? 1 : 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{ not json")]
    public async Task A_body_that_cannot_be_bound_is_refused_and_the_key_stays_free(string body)
    {
        _host.App.MapPost("/charges", (Charge charge) => Results.Ok(++_effects)).RequireIdempotencyKey();
        await _host.StartAsync();

        using var refused = await _host.PostAsync("/charges", body);
        using var good = await _host.PostAsync("/charges", """{"card":"4111111111111111"}""");

        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        good.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Safeguard("A body that is gone has no fingerprint", SwitchedOff = "what is left of it is hashed")]
    [Theory]
    [InlineData(false, HttpStatusCode.InternalServerError)]
    [InlineData(true, HttpStatusCode.UnprocessableEntity)]
    public async Task A_body_that_middleware_has_read_is_hashed_whole_or_not_at_all(bool buffered, HttpStatusCode expected)
    {
        _host.App.Use(async (http, next) =>
        {
            if (buffered)
            {
                http.Request.EnableBuffering();
            }

            await http.Request.ReadFormAsync();
            await next(http);
        });
        _host.App.MapPost("/orders", () => ++_effects).RequireIdempotencyKey();
        await _host.StartAsync();
        const string Form = "application/x-www-form-urlencoded";

        using var first = await _host.PostAsync("/orders", "amount=1", contentType: Form);
        using var other = await _host.PostAsync("/orders", "amount=2", contentType: Form);

        other.StatusCode.Should().Be(expected);
        _effects.Should().Be(buffered ? 1 : 0);
    }

    private sealed record Charge(string Card)
    {
        public string Masked => new string('*', 12) + Card[^4..];
    }
}
