using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.EndToEnd.Tests;

[Collection("OrderFlow"), Trait("Spec", "HT10")]
public abstract class IdempotencyFilterTests : IAsyncLifetime
{
    private const string Replayed = "Idempotency-Replayed";
    private FreshGround _ground = null!;

    private protected abstract string? Postgres(FreshGround ground);

    public async ValueTask InitializeAsync() => _ground = await FreshGround.PrepareAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _ground.DisposeAsync();
    }

    [Safeguard("A replay is marked", SwitchedOff = "responses not marked")]
    [Fact]
    public async Task The_same_request_again_gets_the_same_response_marked_as_a_replay()
    {
        await using var host = await StartAsync();

        using var first = await host.ChargeAsync(["\"key-1\""]);
        using var second = await host.ChargeAsync(["\"key-1\""]);

        first.StatusCode.Should().Be(HttpStatusCode.OK);
        first.Headers.Contains(Replayed).Should().BeFalse();
        second.StatusCode.Should().Be(HttpStatusCode.OK);
        second.Headers.GetValues(Replayed).Should().Equal("true");
        second.Content.Headers.ContentType.Should().Be(first.Content.Headers.ContentType);
        (await second.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Should()
            .Equal(await first.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Safeguard("A replay is marked")]
    [Fact]
    public async Task A_declined_charge_is_replayed_too()
    {
        await using var host = await StartAsync();

        using var first = await host.ChargeAsync(["\"key-1\""], token: "tok_declined");
        using var second = await host.ChargeAsync(["\"key-1\""], token: "tok_declined");

        first.StatusCode.Should().Be(HttpStatusCode.PaymentRequired);
        second.StatusCode.Should().Be(HttpStatusCode.PaymentRequired);
        second.Headers.Contains(Replayed).Should().BeTrue();
    }

    [Safeguard("409 while the first request runs", SwitchedOff = "duplicates wait")]
    [Safeguard("409 has a `Retry-After`", SwitchedOff = "no `Retry-After`")]
    [Fact]
    public async Task While_the_first_request_runs_a_second_one_gets_409_with_Retry_After()
    {
        await using var host = await StartAsync();
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var first = host.ChargeSlowlyAsync("\"key-1\"", hangUp.Token);
        await Eventually.Holds(async () => (await host.FindAsync()).Contains("unknown", StringComparison.Ordinal), "the first request has begun");

        using var second = await host.ChargeAsync(["\"key-1\""], token: "tok_slow");
        await hangUp.CancelAsync();

        second.StatusCode.Should().Be(HttpStatusCode.Conflict);
        second.Headers.RetryAfter!.Delta.Should().BePositive();
        await ShouldBeProblemAsync(second);
        await first.Invoking(request => request).Should().ThrowAsync<OperationCanceledException>();
    }

    [Safeguard("Same key, other body", SwitchedOff = "one fingerprint for every body")]
    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        await using var host = await StartAsync();
        using var first = await host.ChargeAsync(["\"key-1\""]);

        using var other = await host.ChargeAsync(["\"key-1\""], amount: 101);

        other.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        await ShouldBeProblemAsync(other);
    }

    [Safeguard("Same key, other address (path and query)", SwitchedOff = "the fingerprint covers the body only")]
    [Fact]
    public async Task The_same_key_at_another_address_is_refused()
    {
        await using var host = await StartAsync();
        using var first = await host.ChargeAsync(["\"key-1\""]);

        using var other = await host.ChargeAsync(["\"key-1\""], address: "/payments?attempt=2");

        other.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        await ShouldBeProblemAsync(other);
    }

    [Safeguard("A bare key has no separators", SwitchedOff = "every bare value taken")]
    [Safeguard("A quoted key ends with its quote", SwitchedOff = "what follows the quote ignored")]
    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("\"open")]
    [InlineData("\"a\"b")]
    [InlineData("\"a\\b\"")]
    [InlineData("two words")]
    [InlineData("one,two")]
    [InlineData("one;q=1")]
    [InlineData("\"one\"", "\"two\"")]
    public async Task Without_one_well_formed_key_nothing_is_done(params string[] keys)
    {
        await using var host = await StartAsync();

        using var answer = await host.ChargeAsync(keys);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        await ShouldBeProblemAsync(answer);
        (await host.FindAsync()).Should().Be("[]");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{ not json")]
    public async Task A_body_that_cannot_be_read_is_refused_and_the_key_stays_free(string body)
    {
        await using var host = await StartAsync();

        using var refused = await host.SendBodyAsync(body);
        using var answer = await host.ChargeAsync(["\"key-1\""]);

        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Headers.Contains(Replayed).Should().BeFalse();
    }

    [Fact]
    public async Task A_bare_key_is_the_same_key_as_the_quoted_one()
    {
        await using var host = await StartAsync();
        using var bare = await host.ChargeAsync(["key-1"]);

        using var quoted = await host.ChargeAsync(["\"key-1\""]);

        quoted.Headers.Contains(Replayed).Should().BeTrue();
    }

    [Safeguard("A 202 of the payment service is not stored", SwitchedOff = "the endpoint's open statuses are ignored")]
    [Safeguard("A failure is not stored")]
    [Fact]
    public async Task The_response_to_a_queued_charge_is_not_stored()
    {
        await using var host = await StartAsync(
            ("TechCorp:Resilience:Pipelines:gateway:CircuitBreaker:FailureThreshold", "1"),
            ("TechCorp:Resilience:Pipelines:gateway:CircuitBreaker:RecoveryTimeout", "00:00:00.1"));
        await host.SetOutageAsync(true);
        await Eventually.Holds(async () => (await host.ChargeAsync(["\"key-1\""])).StatusCode == HttpStatusCode.Accepted, "the payment is queued");

        await host.SetOutageAsync(false);

        await Eventually.Holds(async () => (await host.ChargeAsync(["\"key-1\""])).StatusCode == HttpStatusCode.OK, "the same key finds it charged");
    }

    [Safeguard("A failure is not stored", SwitchedOff = "5xx taken for final")]
    [Fact]
    public async Task A_failure_is_not_stored()
    {
        await using var host = await StartAsync(("TechCorp:Resilience:Pipelines:gateway:Retry:MaxAttempts", "1"));
        await host.SetOutageAsync(true);
        using var failed = await host.ChargeAsync(["\"key-1\""]);
        await host.SetOutageAsync(false);

        using var again = await host.ChargeAsync(["\"key-1\""]);

        failed.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        again.StatusCode.Should().Be(HttpStatusCode.OK);
        again.Headers.Contains(Replayed).Should().BeFalse();
    }

    [Fact]
    public async Task The_key_of_a_dead_process_is_free_when_its_lease_has_expired()
    {
        await using var host = await StartAsync();
        var dead = await host.ClaimAsync("key-1", TimeSpan.FromHours(1));

        using var early = await host.ChargeAsync(["\"key-1\""]);

        early.StatusCode.Should().Be(HttpStatusCode.Conflict);
        early.Headers.RetryAfter!.Delta.Should().BeLessThanOrEqualTo(TimeSpan.FromHours(1));
        await host.EndAsync(dead);
        await Eventually.Holds(async () => (await host.ChargeAsync(["\"key-1\""])).StatusCode == HttpStatusCode.OK, "the next request takes the key over");
    }

    [Safeguard("A charge gets its response before its caller gives up", SwitchedOff = "no deadline on the gateway's pipeline")]
    [Fact]
    public async Task With_default_settings_the_first_charge_in_an_outage_fails_in_time_and_the_second_is_queued()
    {
        await using var host = await StartAsync();
        await host.SetOutageAsync(true);

        using var first = await host.ChargeAsync(["\"key-1\""]);
        var circuit = await host.FindCircuitAsync();
        using var second = await host.ChargeAsync(["\"key-1\""]);

        first.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        circuit.Should().Be("Closed", "the order service waits 5 s: the wait of 4 s after the third attempt is too long");
        second.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    private Task<PaymentHost> StartAsync(params (string Key, string Value)[] configuration)
        => PaymentHost.StartAsync(_ground.Folder, Postgres(_ground), [.. configuration, ("Gateway:OutageSwitch", "true")]);

    private static async Task ShouldBeProblemAsync(HttpResponseMessage answer)
    {
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["detail"]!.GetValue<string>().Should().NotBeEmpty();
    }
}
