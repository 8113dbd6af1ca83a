using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

/// <summary>An outbox reads its settings once, and says so when they change.</summary>
[Trait("Spec", "FR11")]
public sealed class ChangedSettingsTests : IAsyncLifetime, IDisposable
{
    private const string Section = "TechCorp:Outbox";

    private readonly SqliteDatabase _database = new();
    private readonly SqliteDatabase _archive = new();
    private readonly CollectingLogger _log = new();
    private readonly IConfigurationRoot _root = new ConfigurationBuilder().AddInMemoryCollection([new($"{Section}:Relay:BatchSize", "10")]).Build();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IEnumerable<string> Warnings => _log.Entries.Where(entry => entry.Level == LogLevel.Warning).Select(entry => $"{entry.Id} {entry.Text}");

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _archive.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _archive.DisposeAsync();
    }

    public void Dispose() => _log.Dispose();

    [Safeguard("Changed settings of the outbox need a restart and say so", SwitchedOff = "`OutboxHost` does not follow the configuration")]
    [Fact]
    public async Task One_warning_for_each_outbox_names_the_settings_that_changed_and_asks_for_a_restart()
    {
        using var host = await StartAsync();

        Change(("Relay:BatchSize", "20"), ("Sagas:StepTimeout", "00:00:07"), ("archive:Inbox:Retention", "1.00:00:00"), ("other:RunRelay", "false"));

        Warnings.Should().BeEquivalentTo(
        [
            $"3021 Settings changed that have no effect until this service restarts: {Section}:Relay:BatchSize, {Section}:Sagas:StepTimeout.",
            $"3021 Settings changed that have no effect until this service restarts: {Section}:archive:Inbox:Retention.",
        ]);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task After_its_end_it_says_nothing()
    {
        using (var host = await StartAsync())
        {
            await host.StopAsync(Cancellation);
        }

        Change(("Relay:BatchSize", "20"));

        Warnings.Should().BeEmpty();
    }

    private void Change(params (string Key, string Value)[] settings)
    {
        foreach (var (key, value) in settings)
        {
            _root[$"{Section}:{key}"] = value;
        }

        _root.Reload();
    }

    private async Task<IHost> StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IConfiguration>(_root).AddSingleton<ILoggerFactory>(_log);
        builder.Services.AddSingleton<IMessagePublisher>(new ScriptedBroker());
        builder.Services.AddTechCorpOutbox(outbox => outbox.UseDatabase(_database.Database));
        builder.Services.AddTechCorpOutbox("archive", outbox => outbox.UseDatabase(_archive.Database));
        var host = builder.Build();
        await host.StartAsync(Cancellation);
        return host;
    }
}
