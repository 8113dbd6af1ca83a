using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Messaging reads its settings once, and says so when they change.</summary>
[Trait("Spec", "FR11")]
public sealed class ChangedSettingsTests : IDisposable
{
    private const string Section = "TechCorp:Messaging";

    private readonly InMemoryBroker _broker = new();
    private readonly CollectingLogger _log = new();
    private readonly IConfigurationRoot _root;

    public ChangedSettingsTests() => _root = new ConfigurationBuilder()
        .AddInMemoryCollection([new($"{Section}:Consumers:orders:Prefetch", "7"), new($"{Section}:Consumers:orders:Policy:Delays:0", "00:00:01")])
        .Build();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IEnumerable<string> Warnings => _log.Entries.Where(entry => entry.Level == LogLevel.Warning).Select(entry => $"{entry.Id} {entry.Text}");

    public void Dispose() => _broker.Dispose();

    [Safeguard("Changed settings of messaging need a restart and say so", SwitchedOff = "`MessagingRuntime` does not follow the configuration")]
    [Fact]
    public async Task One_warning_names_the_settings_that_changed_and_asks_for_a_restart()
    {
        using var host = await StartAsync();

        Change(("Publisher:Timeout", "00:00:07"), ("Consumers:orders:Prefetch", "9"), ("Consumers:orders:Policy:Delays:1", "00:00:09"));

        Warnings.Should().Equal($"2141 Settings changed that have no effect until this service restarts: {Section}:Publisher:Timeout, "
            + $"{Section}:Consumers:orders:Prefetch, {Section}:Consumers:orders:Policy:Delays.");
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_change_is_named_once_and_what_is_changed_back_is_in_force()
    {
        using var host = await StartAsync();

        Change(("AppId", "shop"));
        Change();
        Change(("AppId", null), ("Consumers:orders:Prefetch", "9"));
        Change(("Consumers:orders:Prefetch", "7"));

        Warnings.Should().HaveCount(2);
        Warnings.Last().Should().EndWith($": {Section}:Consumers:orders:Prefetch.");
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task What_this_service_does_not_read_may_change()
    {
        using var host = await StartAsync();

        Change(("Consumers:stock:Prefetch", "9"), ("Named:reporting:AppId", "r"), ("RabbitMq:Uri", "amqps://app:hunter2@broker"));

        Warnings.Should().BeEmpty();
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task After_many_changes_the_warning_is_still_short()
    {
        using var host = await StartAsync();

        Change([.. OptionKeys.Durations(("Publisher", typeof(PublisherOptions)), ("Consumers:orders", typeof(ConsumerOptions)))
            .Select(key => (key, (string?)"00:00:11")), .. Enumerable.Range(0, 30).Select(queue => ($"Consumers:queue-{queue}:Prefetch", (string?)"9"))]);

        Warnings.Should().ContainSingle().Which.Should().EndWith(" and 13 more.");
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Another_instance_names_its_own_settings()
    {
        using var host = await StartAsync(services => services.AddTechCorpMessaging("reporting", messaging => messaging.UseInMemory(_broker)));

        Change(("Named:reporting:AppId", "r"));

        Warnings.Should().ContainSingle().Which.Should().EndWith($": {Section}:Named:reporting:AppId.");
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task After_its_end_it_says_nothing()
    {
        using (var host = await StartAsync())
        {
            await host.StopAsync(Cancellation);
        }

        Change(("AppId", "shop"));

        Warnings.Should().BeEmpty();
    }

    private void Change(params (string Key, string? Value)[] settings)
    {
        foreach (var (key, value) in settings)
        {
            _root[$"{Section}:{key}"] = value;
        }

        _root.Reload();
    }

    private async Task<IHost> StartAsync(Action<IServiceCollection>? add = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IConfiguration>(_root).AddSingleton<ILoggerFactory>(_log);
        builder.Services.AddTechCorpMessaging(messaging =>
        {
            messaging.UseInMemory(_broker).AddTopology(Topology.WorkQueue("orders")).AddMessage("order.created", TestJson.Default.OrderCreated)
                .AddConsumer<OrderCreated>("orders", (_, _, _) => Task.CompletedTask);
            for (var queue = 0; queue < 30; queue++)
            {
                messaging.AddTopology(Topology.WorkQueue($"queue-{queue}")).AddConsumer<OrderCreated>($"queue-{queue}", (_, _, _) => Task.CompletedTask);
            }
        });
        add?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync(Cancellation);
        return host;
    }
}
