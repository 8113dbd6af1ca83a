using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.Http.Tests;

public sealed class AddTechCorpResilienceTests
{
    private static readonly Uri Stock = new("http://stock.test/products/7");
    private readonly TestClock _clock = new();

    [Safeguard("The timeout of the client is infinite", SwitchedOff = "the extension leaves it")]
    [Fact, Trait("Spec", "FR4")]
    public async Task Of_20_calls_to_a_host_that_hangs_5_reach_it_though_the_client_is_less_patient_than_the_pipeline()
    {
        var reached = 0;
        using var provider = Build(services => services.AddHttpClient("inventory", http => http.Timeout = TimeSpan.FromSeconds(1))
            .AddTechCorpResilience("inventory")
            .ConfigureHttpClient(http => http.Timeout = TimeSpan.FromSeconds(2))
            .ConfigurePrimaryHttpMessageHandler(() => new ScriptedServer(_clock, always: token =>
            {
                reached++;
                return Hang.UntilCanceled<HttpResponseMessage>(token);
            })));
        var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("inventory");

        for (var call = 0; call < 20; call++)
        {
            await FluentActions.Awaiting(() => _clock.RunAsync(client.GetAsync(Stock))).Should().ThrowAsync<Exception>();
        }

        client.Timeout.Should().Be(Timeout.InfiniteTimeSpan);
        reached.Should().Be(5);
        provider.GetRequiredService<ResiliencePipelineRegistry>().Circuits.Should().ContainSingle().Which.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "FR4")]
    public async Task Of_ten_callers_that_give_up_on_a_half_open_host_two_reach_it()
    {
        var reached = 0;
        using var server = new ScriptedServer(_clock, always: token =>
        {
            reached++;
            return Hang.UntilCanceled<HttpResponseMessage>(token);
        });
        for (var request = 1; request <= 5; request++)
        {
            server.Answer(request, HttpStatusCode.ServiceUnavailable);
        }

        using var client = new HttpClient(new ResilienceHandler("inventory", timeProvider: _clock) { InnerHandler = server });
        await _clock.RunAsync(client.GetAsync(Stock));
        _clock.Advance(TimeSpan.FromSeconds(30));
        reached = 0;

        for (var caller = 0; caller < 10; caller++)
        {
            using var patience = new CancellationTokenSource();
            var call = client.GetAsync(Stock, patience.Token);
            await patience.CancelAsync();
            await call.Awaiting(c => c).Should().ThrowAsync<Exception>();
        }

        reached.Should().Be(2);
    }

    [Fact]
    public async Task Clients_of_one_pipeline_share_circuits_and_the_options_that_code_gave_it()
    {
        using var provider = Build(services =>
        {
            services.AddTechCorpResilience(resilience => resilience.AddPipeline("stock", pipeline =>
            {
                pipeline.Retry = null;
                pipeline.CircuitBreaker!.FailureThreshold = 1;
            }));
            foreach (var name in new[] { "one", "two" })
            {
                services.AddHttpClient(name).AddTechCorpResilience("stock")
                    .ConfigurePrimaryHttpMessageHandler(() => new ScriptedServer(_clock).Answer(1, HttpStatusCode.BadGateway));
            }
        });
        var factory = provider.GetRequiredService<IHttpClientFactory>();
        await factory.CreateClient("one").GetAsync(Stock);

        await factory.CreateClient("two").Awaiting(client => client.GetAsync(Stock)).Should().ThrowAsync<CircuitOpenException>();
    }

    [Fact, Trait("Spec", "FR14")]
    public async Task Configuration_overrides_what_code_set_for_a_client()
    {
        using var server = new RecordingServer();
        using var provider = Build(services => services.AddHttpClient("orders")
            .AddTechCorpResilience("orders", http => http.CreateIdempotencyKeys = false)
            .ConfigurePrimaryHttpMessageHandler(() => server), ("TechCorp:Resilience:Http:orders:CreateIdempotencyKeys", "true"));

        await _clock.RunAsync(provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders").PostAsync(Stock, null));

        server.Keys.Should().HaveCount(3).And.NotContainNulls();
    }

    [Fact]
    public async Task What_is_wrong_stops_the_start_with_all_that_is_wrong()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([
            new("TechCorp:Resilience:Http:orders:MaxBufferedContent", "-1"),
            new("TechCorp:Resilience:Http:orders:CreateIdempotencyKey", "true"),
            new("TechCorp:Resilience:Http:another:CreateIdempotencyKeys", "true"),
            new("TechCorp:Resilience:Pipelines:orders:Timeout:Mode", "Abandon"),
        ]);
        builder.Services.AddHttpClient("orders").AddTechCorpResilience("orders");
        using var host = builder.Build();

        (await host.Awaiting(it => it.StartAsync()).Should().ThrowAsync<OptionsValidationException>()).Which.Failures.Should().SatisfyRespectively(
            unknown => unknown.Should().Be("TechCorp:Resilience:Http:orders:CreateIdempotencyKey is unknown; did you mean CreateIdempotencyKeys?"),
            negative => negative.Should().Be("Client pipeline 'orders': MaxBufferedContent must not be negative; it is -1."),
            abandoned => abandoned.Should().StartWith("Pipeline 'orders': Timeout must be Cooperative for requests"));
    }

    private ServiceProvider Build(Action<IServiceCollection> configure, params (string Key, string Value)[] configuration)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(configuration.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value))).Build());
        configure(services);
        return services.BuildServiceProvider();
    }
}
