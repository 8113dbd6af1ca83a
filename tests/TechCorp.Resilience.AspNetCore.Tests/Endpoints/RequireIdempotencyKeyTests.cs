using System.Net;
using System.Net.ServerSentEvents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.AspNetCore.Tests;

[Trait("Spec", "FR13")]
public sealed class RequireIdempotencyKeyTests
{
    private int _effects;

    [Safeguard("A bare key has no separators")]
    [Safeguard("A quoted key ends with its quote")]
    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("\"open")]
    [InlineData("\"a\"b")]
    [InlineData("two words")]
    [InlineData("one,two")]
    [InlineData("one;q=1")]
    [InlineData("\"one\"", "\"two\"")]
    [InlineData("012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
        + "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task Without_one_well_formed_key_nothing_is_done(params string[] keys)
    {
        await using var host = new EndpointHost();
        host.App.MapPost("/orders", () => ++_effects).RequireIdempotencyKey();
        await host.StartAsync();

        using var refused = await host.PostAsync("/orders", key: null, headers: [.. keys.Select(key => ("Idempotency-Key", key))]);

        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        refused.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        _effects.Should().Be(0);
    }

    [Fact]
    public async Task A_group_requires_keys_where_requests_change_something_and_the_endpoint_can_read_its_key()
    {
        await using var host = new EndpointHost();
        var group = host.App.MapGroup("/orders").RequireIdempotencyKey();
        group.MapGet("/{id}", (string id) => id);
        group.MapPut("/{id}", (string id, HttpContext http) => $"{http.GetIdempotencyKey()}");
        await host.StartAsync();

        using var read = await host.PostAsync("/orders/1", key: null, method: HttpMethod.Get);
        using var refused = await host.PostAsync("/orders/1", key: null, method: HttpMethod.Put);
        using var changed = await host.PostAsync("/orders/1", method: HttpMethod.Put);

        (await read.TextAsync()).Should().Be("1");
        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await changed.TextAsync()).Should().Be("PUT /orders/{id} anonymous:key-1");
    }

    [Safeguard("An endpoint whose response cannot be replayed is refused when it is built", SwitchedOff = "`EndpointRules` finds nothing")]
    [Fact]
    public async Task Endpoints_that_cannot_require_a_key_are_refused_when_they_are_built()
    {
        ShouldBeRefused(app => app.MapPost("/events", () => TypedResults.ServerSentEvents(Events())).RequireIdempotencyKey(), "*server-sent events*");
        ShouldBeRefused(app => app.MapPost("/twice", () => 1).RequireIdempotencyKey().RequireIdempotencyKey(), "*requires one already*");
        ShouldBeRefused(app => app.MapPost("/mvc", () => 1).WithMetadata(new ActionDescriptor()).RequireIdempotencyKey(), "*MVC controller*");
        ShouldBeRefused(app => app.MapPost("/none", () => 1).RequireIdempotencyKey(), "*there is no IdempotencyExecutor*",
            builder => builder.Services.RemoveAll<IdempotencyExecutor>());
        await Task.CompletedTask;
    }

    [Fact]
    public void Options_of_an_endpoint_that_are_invalid_are_refused_all_at_once()
    {
        var host = new EndpointHost();
        host.App.MapPost("/orders", () => 1).RequireIdempotencyKey(keys =>
        {
            keys.IdentityClaims.Clear();
            keys.FingerprintHeaders.Add(" ");
            keys.MaxRequestBody = -1;
            keys.MaxResponseBody = -2;
        });

        Build(host).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*IdentityClaims must have at least one claim*FingerprintHeaders*MaxRequestBody*-1*MaxResponseBody*-2*");
    }

    [Safeguard("A host with such an endpoint does not start", SwitchedOff = "endpoints are built by the first request")]
    [Fact]
    public async Task With_the_service_registered_an_endpoint_that_cannot_require_a_key_stops_the_start()
    {
        await using var host = new EndpointHost(configure: builder => builder.Services.AddTechCorpIdempotencyKeys());
        host.App.MapPost("/twice", () => 1).RequireIdempotencyKey().RequireIdempotencyKey();

        await host.Awaiting(it => it.StartAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*'HTTP: POST /twice'*");
    }

    [Safeguard("A start that is refused has accepted no request", SwitchedOff = "the endpoints are built once the server has started")]
    [Fact]
    public async Task Such_a_start_is_refused_before_the_server_listens()
    {
        var server = new UnstartedServer();
        await using var host = new EndpointHost(configure: builder => builder.Services.AddSingleton<IServer>(server).AddTechCorpIdempotencyKeys());
        host.App.MapGroup("/late").MapPost("/twice", () => 1).RequireIdempotencyKey().RequireIdempotencyKey();

        await host.Awaiting(it => it.StartAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*requires one already*");

        server.HasStarted.Should().BeFalse();
    }

    [Fact]
    public async Task The_options_of_the_service_hold_for_each_endpoint_and_configuration_overrides_code()
    {
        await using var host = new EndpointHost(configure: builder =>
        {
            builder.Configuration["TechCorp:Resilience:IdempotencyKeys:MaxRequestBody"] = "3";
            builder.Services.AddTechCorpIdempotencyKeys(keys => keys.MaxRequestBody = 100);
        });
        host.App.MapPost("/orders", () => 1).RequireIdempotencyKey();
        await host.StartAsync();

        (await host.PostAsync("/orders", "four", contentType: "text/plain")).StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Configuration_that_is_wrong_stops_the_start_with_all_that_is_wrong()
    {
        await using var host = new EndpointHost(configure: builder =>
        {
            builder.Configuration["TechCorp:Resilience:IdempotencyKeys:MaxRequestBodi"] = "3";
            builder.Configuration["TechCorp:Resilience:IdempotencyKeys:MaxResponseBody"] = "-3";
            builder.Configuration["TechCorp:Resilience:IdempotencyKeys:CancelWhenCallerDisconnects"] = "perhaps";
            builder.Services.AddTechCorpIdempotencyKeys();
        });

        (await host.Awaiting(it => it.StartAsync()).Should().ThrowAsync<OptionsValidationException>()).Which.Failures.Should().BeEquivalentTo(
            "TechCorp:Resilience:IdempotencyKeys:MaxRequestBodi is unknown; did you mean MaxRequestBody?",
            "TechCorp:Resilience:IdempotencyKeys:CancelWhenCallerDisconnects must be true or false; it is 'perhaps'.",
            "IdempotencyKeyOptions: MaxResponseBody must not be negative; it is -3.");
    }

    [Fact]
    public void A_key_is_only_there_where_it_is_required()
        => FluentActions.Invoking(() => new DefaultHttpContext().GetIdempotencyKey()).Should().Throw<InvalidOperationException>()
            .WithMessage("*call RequireIdempotencyKey where it is mapped*");

    [Fact]
    public void An_endpoint_that_is_idempotent_itself_reads_the_header()
    {
        var request = new DefaultHttpContext().Request;
        request.ReadIdempotencyKey().Problem.Should().StartWith("Idempotency-Key is missing");

        request.Headers["Idempotency-Key"] = "\"a \\\"quoted\\\" key\"";

        request.ReadIdempotencyKey().Key.Should().Be("a \"quoted\" key");
    }

    private static void ShouldBeRefused(Action<WebApplication> map, string message, Action<WebApplicationBuilder>? configure = null)
    {
        var host = new EndpointHost(configure: configure);
        map(host.App);

        Build(host).Should().Throw<InvalidOperationException>().WithMessage(message);
    }

    private static Func<int> Build(EndpointHost host) => () => ((IEndpointRouteBuilder)host.App).DataSources.SelectMany(source => source.Endpoints).Count();

    private static async IAsyncEnumerable<SseItem<int>> Events()
    {
        await Task.Yield();
        yield return new SseItem<int>(1);
    }

    private sealed class UnstartedServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        internal bool HasStarted { get; private set; }

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull
        {
            HasStarted = true;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
