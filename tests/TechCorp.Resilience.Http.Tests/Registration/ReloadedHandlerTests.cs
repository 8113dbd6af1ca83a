using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Resilience.Http.Tests;

/// <summary>A client that exists when the settings of its pipeline change.</summary>
public sealed class ReloadedHandlerTests
{
    private const string Section = "TechCorp:Resilience:Pipelines:inventory";
    private static readonly Uri Stock = new("http://stock.test/products/7");
    private readonly TestClock _clock = new();

    [Fact, Trait("Spec", "FR11")]
    public async Task Its_next_requests_follow_and_the_circuit_of_the_host_keeps_its_count()
    {
        var root = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new($"{Section}:Retry:MaxAttempts", "1"),
            new($"{Section}:Retry:BaseDelay", "00:00:00"),
        ]).Build();
        using var server = new ScriptedServer(_clock, _ => new(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)));
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(root);
        services.AddSingleton<TimeProvider>(_clock);
        services.AddHttpClient("inventory").AddTechCorpResilience("inventory").ConfigurePrimaryHttpMessageHandler(() => server);
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("inventory");
        await PutAsync(client);
        server.Seen.Should().ContainSingle();

        root[$"{Section}:Retry:MaxAttempts"] = "3";
        root.Reload();
        await PutAsync(client);

        server.Seen.Select(seen => seen.Body).Should().Equal("7", "7", "7", "7");
        var circuit = provider.GetRequiredService<ResiliencePipelineRegistry>().CircuitsOf("inventory").Should().ContainSingle().Which;
        circuit.ConsecutiveFailures.Should().Be(4);
    }

    private static async Task PutAsync(HttpClient client)
    {
        using var response = await client.PutAsJsonAsync(Stock, 7, TestContext.Current.CancellationToken);
        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }
}
