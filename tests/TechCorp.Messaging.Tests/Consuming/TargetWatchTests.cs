using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>The watch over the queues for retries and dead letters, which somebody may delete while the service runs.</summary>
public sealed class TargetWatchTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Safeguard("Targets are looked at without a failing message")]
    [Fact, Trait("Spec", "FM3")]
    public async Task What_was_deleted_is_declared_again_within_5_seconds_and_again_and_again()
    {
        var transport = new ScriptedTransport();
        MessagingRuntime.TargetCheckInterval.Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(5));
        await using var engine = await EngineFixture.StartAsync((_, _, _) => Task.CompletedTask, transport: transport);

        for (var declared = 2; declared <= 4; declared++)
        {
            await Eventually.Ends(transport.Clock.PassAsync(due => due == MessagingRuntime.TargetCheckInterval, Cancellation), "it waits for the next look");
            await engine.Log.CountAsync("declare Create", declared);
        }
    }

    [Safeguard("Health tells of copies without a place", SwitchedOff = "`MessagingHealthCheck` does not ask for `UnavailableTargets`")]
    [Fact, Trait("Spec", "FM3")]
    public async Task While_dead_letters_have_no_place_health_is_degraded_and_names_it()
    {
        var transport = new ScriptedTransport();
        transport.Answer = (_, destination) => Task.FromResult(destination.RoutingKey == "orders.dlq"
            ? PublishOutcome.Returned(312, "NO_ROUTE")
            : PublishOutcome.Confirmed);
        using var host = new HostBuilder().ConfigureServices(services => services
            .AddSingleton<TimeProvider>(transport.Clock)
            .AddTechCorpMessaging(bus => bus
                .UseTransport(_ => transport)
                .AddMessage("order.created", TestJson.Default.OrderCreated)
                .AddTopology(Topology.WorkQueue(EngineFixture.Queue))
                .AddConsumer<OrderCreated>(EngineFixture.Queue, (_, _, _) => throw new PermanentFailureException("no")))).Build();
        await host.StartAsync(Cancellation);
        var health = host.Services.GetRequiredService<MessagingHealthCheck>();
        (await health.CheckHealthAsync(new(), Cancellation)).Status.Should().Be(HealthStatus.Healthy);

        transport.Sources[EngineFixture.Queue].Deliver("m1");

        await transport.Log.ContainsAsync("publish orders", "Acknowledge m1");
        var degraded = await health.CheckHealthAsync(new(), Cancellation);
        degraded.Status.Should().Be(HealthStatus.Degraded);
        degraded.Description.Should().Contain("queue 'orders.dlq' (for orders)");

        var (waiting, _) = transport.Published[^1];
        transport.Answer = (_, _) => Task.FromResult(PublishOutcome.Confirmed);
        transport.Clock.Advance(TimeSpan.FromSeconds(2)); // it is tried again once a second
        transport.Sources[EngineFixture.Queue].Deliver("m2", headers: waiting.Headers.ToDictionary());

        await transport.Log.ContainsAsync("Acknowledge m2");
        transport.Published[^1].Destination.Should().Be(Destination.ToQueue("orders.dlq"), "the letter was kept");
        (await health.CheckHealthAsync(new(), Cancellation)).Status.Should().Be(HealthStatus.Healthy);
        await host.StopAsync(Cancellation);
    }
}
