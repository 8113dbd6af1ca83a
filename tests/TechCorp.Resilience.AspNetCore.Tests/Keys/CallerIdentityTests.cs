using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

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

    [Safeguard("A caller whose credentials nobody has checked is refused", SwitchedOff = "it counts as anonymous")]
    [Theory]
    [InlineData("header")]
    [InlineData("certificate")]
    public async Task A_caller_with_credentials_that_nobody_has_authenticated_is_refused_and_the_log_says_what_to_do(string credentials)
    {
        var log = new ListLogger();
        await using var host = new EndpointHost(configure: builder => builder.Services.AddSingleton<ILoggerFactory>(new OneLogger(log)));
        using var certificate = Certificate();
        host.App.Use((http, next) =>
        {
            http.Connection.ClientCertificate = credentials == "certificate" ? certificate : null;
            return next(http);
        });
        host.App.MapPost("/orders", () => Results.Text($"{++_effects}")).RequireIdempotencyKey();
        await host.StartAsync();

        using var refused = await host.PostAsync("/orders", headers: credentials == "header" ? [("Authorization", "Bearer ana")] : []);

        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        refused.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        _effects.Should().Be(0);
        log.Entries.Should().ContainSingle(entry => entry.StartsWith("1062", StringComparison.Ordinal)).Which.Should()
            .Contain("Add authentication before this endpoint, or set IdempotencyKeyOptions.Identity.");
    }

    [Fact]
    public async Task Credentials_that_the_services_own_function_identifies_are_enough()
    {
        await StartAsync(keys => keys.Identity = static http => http.Request.Headers.Authorization);

        using var ana = await _host.PostAsync("/orders", headers: ("Authorization", "Bearer ana"));
        using var bob = await _host.PostAsync("/orders", headers: ("Authorization", "Bearer bob"));

        (await ana.TextAsync()).Should().Be("1");
        (await bob.TextAsync()).Should().Be("2");
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

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=ana", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));
    }

    private Task<HttpResponseMessage> AsAsync(string user) => _host.PostAsync("/orders", headers: ("X-User", user));

    private Task StartAsync(Action<IdempotencyKeyOptions>? configure = null)
    {
        _host.App.MapPost("/orders", () => Results.Text($"{++_effects}")).RequireIdempotencyKey(configure);
        return _host.StartAsync();
    }

    private sealed class OneLogger(ILogger logger) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("TechCorp", StringComparison.Ordinal) ? logger : NullLogger.Instance;

        public void Dispose()
        {
        }
    }
}
