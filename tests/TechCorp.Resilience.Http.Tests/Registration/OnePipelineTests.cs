using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Resilience.Http.Tests;

/// <summary>A client has one pipeline, and one set of limits.</summary>
public sealed class OnePipelineTests
{
    private static readonly Uri Stock = new("http://stock.test/products/7");
    private readonly TestClock _clock = new();

    public static TheoryData<string, int> Clients => new() { { "own", 2 }, { "twice", 2 }, { "other", 3 } };

    [Safeguard("The pipelines of a client do not multiply", SwitchedOff = "the former handler stays")]
    [Theory, MemberData(nameof(Clients))]
    public async Task Its_own_pipeline_replaces_the_default_of_all_clients_and_the_last_one_counts(string name, int attempts)
    {
        using var server = new ScriptedServer(_clock, _ => new(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)));
        using var provider = Build(services =>
        {
            services.AddHttpClient("own").AddTechCorpResilience("two");
            services.AddHttpClient("twice").AddTechCorpResilience("four").AddTechCorpResilience("two");
            services.AddHttpClient("other");
            services.ConfigureHttpClientDefaults(client => client.AddTechCorpResilience("three").ConfigurePrimaryHttpMessageHandler(() => server));
        });

        using var response = await _clock.RunAsync(provider.GetRequiredService<IHttpClientFactory>().CreateClient(name).GetAsync(Stock));

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        server.Seen.Should().HaveCount(attempts);
    }

    [Safeguard("A client whose pipeline has no limit keeps its own timeout", SwitchedOff = "it is always made infinite")]
    [Theory]
    [InlineData("timeout", null)]
    [InlineData("deadline", null)]
    [InlineData("none", 30)]
    [InlineData("default", null)]
    [InlineData("own without", 100)]
    public void Without_a_timeout_and_a_deadline_in_the_pipeline_the_timeout_of_the_client_stays(string name, int? seconds)
    {
        using var provider = Build(services =>
        {
            services.AddHttpClient("timeout").AddTechCorpResilience("three");
            services.AddHttpClient("deadline").AddTechCorpResilience("deadline only");
            services.AddHttpClient("none", http => http.Timeout = TimeSpan.FromSeconds(30)).AddTechCorpResilience("unlimited");
            services.AddHttpClient("own without").AddTechCorpResilience("unlimited");
            services.ConfigureHttpClientDefaults(client => client.AddTechCorpResilience("three"));
        });

        provider.GetRequiredService<IHttpClientFactory>().CreateClient(name).Timeout.Should()
            .Be(seconds is { } limit ? TimeSpan.FromSeconds(limit) : Timeout.InfiniteTimeSpan);
    }

    private ServiceProvider Build(Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddTechCorpResilience(resilience =>
        {
            resilience.AddPipeline("two", pipeline => pipeline.Retry!.MaxAttempts = 2);
            resilience.AddPipeline("three", pipeline => pipeline.Retry!.MaxAttempts = 3);
            resilience.AddPipeline("four", pipeline => pipeline.Retry!.MaxAttempts = 4);
            resilience.AddPipeline("unlimited", pipeline => pipeline.Timeout = null);
            resilience.AddPipeline("deadline only", pipeline => (pipeline.Timeout, pipeline.Deadline) = (null, TimeSpan.FromSeconds(9)));
        });
        configure(services);
        return services.BuildServiceProvider();
    }
}
