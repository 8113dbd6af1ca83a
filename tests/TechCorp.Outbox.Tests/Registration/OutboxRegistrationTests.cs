using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Outbox.Tests;

/// <summary>What a host makes of a registration.</summary>
public sealed class OutboxRegistrationTests : IAsyncLifetime
{
    private readonly SqliteDatabase _database = new();
    private readonly ScriptedBroker _broker = new();

    public async ValueTask InitializeAsync() => await _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private IHost Host(Action<IServiceCollection> add, params (string Key, string Value)[] configuration)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(configuration.Select(entry => KeyValuePair.Create(entry.Key, (string?)entry.Value)));
        builder.Services.AddSingleton<IMessagePublisher>(_broker);
        add(builder.Services);
        return builder.Build();
    }

    [Fact]
    public async Task A_started_host_has_tables_and_a_relay_that_publishes()
    {
        using var host = Host(services => services.AddTechCorpOutbox(outbox => outbox.UseDatabase(_database.Database)));
        await host.StartAsync(TestContext.Current.CancellationToken);
        var outbox = host.Services.GetRequiredService<TransactionalOutbox>();
        host.Services.GetRequiredService<IOutbox>().Should().BeSameAs(outbox);

        await using (var work = await outbox.BeginAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            work.Publish(Event("a", "1"));
            await work.CommitAsync(TestContext.Current.CancellationToken);
        }

        await Eventually.Holds(() => _broker.Accepted.Count == 1, "the relay publishes");
        await host.StopAsync(TestContext.Current.CancellationToken);
        (await _database.ScalarAsync<long>("select count(*) from {outbox_lease} where owner is not null")).Should()
            .Be(0, "the relay has given its partitions back");
    }

    [Fact]
    public async Task Tables_are_made_before_any_other_service_starts_and_the_relay_stops_after_consumers_have_drained()
    {
        var seen = new List<string>();
        using var host = Host(services => services
            .AddHostedService(_ => new Witness(
                async () => seen.Add($"start: {await _database.ScalarAsync<long>("select count(*) from sqlite_master where name = 'shop_outbox'")}"),
                async () => seen.Add($"stopping: {await _database.ScalarAsync<long>("select count(*) from {outbox_lease} where owner is not null")}")))
            .AddTechCorpOutbox(outbox => outbox.UseDatabase(_ => _database.Database)));

        await host.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.Holds(async () => await _database.ScalarAsync<long>("select count(*) from {outbox_lease} where owner is not null") == 32,
            "the relay owns");
        await host.StopAsync(TestContext.Current.CancellationToken);

        seen.Should().Equal("start: 1", "stopping: 32");
    }

    [Fact]
    public async Task Configuration_wins_over_code_and_all_problems_are_named_at_once()
    {
        using var host = Host(
            services => services.AddTechCorpOutbox(outbox => outbox.UseDatabase(_database.Database).ConfigureRelay(relay => relay.BatchSize = 7)
                .ConfigureOutbox(limits => limits.MaxPayloadBytes = 1)),
            ("TechCorp:Outbox:Relay:BatchSize", "0"),
            ("TechCorp:Outbox:Relay:MaxPollInterval", "soon"),
            ("TechCorp:Outbox:MaxPayloadBytes", "-1"));

        var error = (await host.Invoking(h => h.StartAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<OptionsValidationException>()).Which;

        error.Failures.Should().HaveCount(3).And.Contain(problem => problem.Contains("BatchSize", StringComparison.Ordinal)
            && problem.EndsWith("it is 0.", StringComparison.Ordinal))
            .And.Contain(problem => problem.Contains("'soon'", StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_have_the_same_names_in_configuration_as_in_code()
    {
        using var host = Host(
            services => services.AddTechCorpOutbox(outbox => outbox.UseDatabase(_database.Database).ConfigureSagas(_ => { })),
            ("TechCorp:Outbox:RunRelay", "false"),
            ("TechCorp:Outbox:Relay:KeepSent", "7.00:00:00"),
            ("TechCorp:Outbox:Sagas:StuckCompensationBehavior", "ContinueBestEffort"));

        var settings = host.Services.GetRequiredService<OutboxSettings>().Resolve(host.Services);

        settings.RunRelay.Should().BeFalse();
        settings.Relay.KeepSent.Should().Be(TimeSpan.FromDays(7));
        host.Services.GetRequiredService<SagaSettings>().Resolve(host.Services).StuckCompensationBehavior.Should()
            .Be(StuckCompensationBehavior.ContinueBestEffort);
    }

    [Safeguard("The inbox is swept without being asked", SwitchedOff = "`OutboxServices.Add` adds no retention")]
    [Fact, Trait("Spec", "FO9"), Trait("Spec", "IN17")]
    public async Task A_host_deletes_old_marks_of_the_inbox_by_default()
    {
        await _database.MigrateAsync();
        var now = TimeProvider.System.GetUtcNow();
        await _database.ExecuteAsync("insert into {inbox} (consumer, message_id, body_hash, received_at) "
            + "values ('c', 'old', x'00', @before), ('c', 'new', x'00', @after)",
            new { before = now.AddDays(-15).ToUnixTimeMilliseconds(), after = now.AddDays(-13).ToUnixTimeMilliseconds() });
        using var host = Host(services => services.AddTechCorpOutbox(outbox => outbox.UseDatabase(_database.Database)));
        await host.StartAsync(TestContext.Current.CancellationToken);

        await Eventually.Holds(async () => await _database.ScalarAsync<long>("select count(*) from {inbox}") == 1, "the old mark is deleted");

        (await _database.ScalarAsync<string>("select message_id from {inbox}")).Should().Be("new");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory, Trait("Spec", "FO9"), Trait("Spec", "IN10")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_retention_that_is_too_short_stops_the_host_wherever_it_is_set(bool inCode)
    {
        using var host = Host(
            services => services.AddTechCorpOutbox(outbox =>
            {
                outbox.UseDatabase(_database.Database);
                if (inCode)
                {
                    outbox.ConfigureInbox(inbox => inbox.Retention = TimeSpan.FromMinutes(1));
                }
            }),
            inCode ? [] : [("TechCorp:Outbox:Inbox:Retention", "00:01:00")]);

        (await host.Invoking(h => h.StartAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<OptionsValidationException>()).Which.Failures
            .Should().ContainSingle().Which.Should().StartWith("TechCorp:Outbox:Inbox:Retention must be at least one day");
    }

    [Fact]
    public async Task A_service_that_migrates_separately_learns_what_is_missing()
    {
        using var host = Host(services => services.AddTechCorpOutbox(outbox => outbox.UseDatabase(_database.Database).MigrateOnStart(false)));

        await host.Invoking(h => h.StartAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<SchemaVersionException>();
    }

    [Fact]
    public async Task A_further_database_is_registered_under_its_name_with_its_own_configuration()
    {
        var reporting = new OutboxDatabase(_database.OpenAnotherDataSource(), SqlDialect.Sqlite, "reporting");
        using var host = Host(
            services => services
                .AddTechCorpOutbox(outbox => outbox.UseDatabase(_database.Database))
                .AddTechCorpOutbox("reporting", outbox => outbox.UseDatabase(reporting))
                .AddTechCorpOutbox("reporting", outbox => outbox.RunRelay(false)),
            ("TechCorp:Outbox:reporting:MaxPayloadBytes", "3"));
        await host.StartAsync(TestContext.Current.CancellationToken);

        var outbox = host.Services.GetRequiredKeyedService<TransactionalOutbox>("reporting");
        outbox.Database.Should().BeSameAs(reporting);
        await using var work = await outbox.BeginAsync(cancellationToken: TestContext.Current.CancellationToken);
        work.Invoking(w => w.Publish(Event(null, "1234"))).Should().Throw<ArgumentException>();
        host.Services.GetRequiredService<TransactionalOutbox>().Should().NotBeSameAs(outbox);
        await work.DisposeAsync();
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Looks when it is started and when the host begins to stop, as a consumer would.</summary>
    private sealed class Witness(Func<Task> atStart, Func<Task> atStopping) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => atStart();

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => atStopping();

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
