using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TechCorp.Resilience.AspNetCore.Tests;

[Trait("Spec", "FR13")]
public sealed class CallerIdentityTests : IAsyncDisposable
{
    private readonly EndpointHost _host = new();
    private int _effects;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Safeguard("A caller that nothing identifies is refused", SwitchedOff = "it counts as anonymous")]
    [Fact]
    public async Task A_signed_in_caller_without_an_identifying_claim_is_refused_and_gets_nobodys_response()
    {
        await StartAsync();

        using var first = await AsAsync("name");
        using var anonymous = await _host.PostAsync("/orders");
        using var other = await AsAsync("other name");

        first.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        first.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        other.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        _effects.Should().Be(1, "only the anonymous request ran");
    }

    [Safeguard("No caller gets another's response", SwitchedOff = "the scope of a key is method and route")]
    [Fact]
    public async Task Callers_with_the_same_key_get_their_own_responses()
    {
        await StartAsync();
        string[] users = ["sub=ana", "sub=bob", $"{ClaimTypes.NameIdentifier}=ana", "sub=ana"];
        var answers = new List<string>();
        foreach (var user in users)
        {
            answers.Add(await (await AsAsync(user)).TextAsync());
        }

        answers.Add(await (await _host.PostAsync("/orders")).TextAsync());

        answers.Should().Equal("1", "2", "3", "1", "4");
    }

    [Fact]
    public async Task A_name_is_no_identity_unless_the_service_says_so()
    {
        await StartAsync(keys => keys.IdentityClaims.Add(ClaimTypes.Name));

        using var ana = await AsAsync($"{ClaimTypes.Name}=ana");
        using var bob = await AsAsync($"{ClaimTypes.Name}=bob");
        using var again = await AsAsync($"{ClaimTypes.Name}=ana");

        (await bob.TextAsync()).Should().Be("2");
        (await again.TextAsync()).Should().Be("1");
    }

    [Fact]
    public async Task A_service_can_identify_callers_by_anything_and_refuse_those_it_cannot()
    {
        await StartAsync(keys => keys.Identity = static http => http.Request.Headers["X-Tenant"]);

        using var unknown = await _host.PostAsync("/orders");
        using var north = await _host.PostAsync("/orders", headers: ("X-Tenant", "north"));
        using var south = await _host.PostAsync("/orders", headers: ("X-Tenant", "south"));

        unknown.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await north.TextAsync()).Should().Be("1");
        (await south.TextAsync()).Should().Be("2");
    }

    private Task<HttpResponseMessage> AsAsync(string user) => _host.PostAsync("/orders", headers: ("X-User", user));

    private Task StartAsync(Action<IdempotencyKeyOptions>? configure = null)
    {
        _host.App.MapPost("/orders", () => Results.Text($"{++_effects}")).RequireIdempotencyKey(configure);
        return _host.StartAsync();
    }
}
