using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience.Tests;

/// <summary>A service whose configuration changes while it runs.</summary>
public sealed class ReloadTests : IDisposable
{
    private const string Section = "TechCorp:Resilience:Pipelines:gateway";

    private readonly TestClock _clock = new();
    private readonly ListLogger _logger = new();
    private readonly List<ServiceProvider> _providers = [];
    private IConfigurationRoot _root = null!;

    public void Dispose() => _providers.ForEach(static provider => provider.Dispose());

    [Fact, Trait("Spec", "FR11")]
    [Safeguard("Settings follow a reload", SwitchedOff = "`SettingsReload.Follow` does not subscribe")]
    public void New_calls_follow_changed_attempts_and_the_circuit_keeps_its_count()
    {
        var pipeline = Build(("Retry:BaseDelay", "00:00:00"), ("Retry:MaxAttempts", "2"), ("CircuitBreaker:FailureThreshold", "9")).Get("gateway");
        Attempts(pipeline).Should().Be(2);

        Change(("Retry:MaxAttempts", "4"), ("CircuitBreaker:FailureThreshold", "7"));

        pipeline.MaxAttempts.Should().Be(4);
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(2);
        Attempts(pipeline).Should().Be(4);
        pipeline.CircuitBreaker.State.Should().Be(CircuitState.Closed, "six failures are fewer than seven");
        pipeline.CircuitBreaker.Fail();
        pipeline.CircuitBreaker.State.Should().Be(CircuitState.Open);
        _logger.Entries.Should().Contain("1041 The settings of pipeline 'gateway' changed; new calls follow them.");
    }

    [Fact, Trait("Spec", "FR11")]
    public void An_open_circuit_stays_open_and_the_next_opening_follows()
    {
        var pipeline = Build().Get("gateway");
        var circuit = pipeline.CircuitBreaker!;
        circuit.Fail(5);

        Change(("CircuitBreaker:RecoveryTimeout", "00:00:02"));

        (circuit.State, circuit.Generation, circuit.RetryAfter).Should().Be((CircuitState.Open, 1L, TimeSpan.FromSeconds(30)));
        pipeline.CircuitBreaker.Should().BeSameAs(circuit);
        _clock.Advance(TimeSpan.FromSeconds(30));
        circuit.Fail();
        circuit.RetryAfter.Should().Be(TimeSpan.FromSeconds(2));
    }

    [Fact, Trait("Spec", "FR11")]
    public async Task A_running_call_ends_under_the_settings_that_it_began_with()
    {
        var pipeline = Build(("Retry:MaxAttempts", "3"), ("Retry:BaseDelay", "00:00:01")).Get("gateway");
        var attempts = 0;
        var running = pipeline.ExecuteAsync((_, _) => Fail(ref attempts), 0).AsTask();
        await _clock.TimerSetAsync();

        Change(("Retry:MaxAttempts", "1"));

        Attempts(pipeline).Should().Be(1);
        await running.Awaiting(call => _clock.RunAsync(call)).Should().ThrowAsync<IOException>();
        attempts.Should().Be(3);

        static ValueTask<int> Fail(ref int attempts)
        {
            attempts++;
            throw new IOException();
        }
    }

    [Fact, Trait("Spec", "FR11")]
    [Safeguard("A reload that is invalid changes nothing", SwitchedOff = "`ValidateResilience` finds no problem")]
    public void An_invalid_reload_is_refused_with_all_problems_and_the_former_settings_stay()
    {
        var pipeline = Build(("Retry:MaxAttempts", "2"), ("Retry:BaseDelay", "00:00:00")).Get("gateway");

        FluentActions.Invoking(() => Change(("Retry:MaxAttempts", "0"), ("CircuitBreaker:RecoveryTimeout", "30"), ("Retry:Jitter", "some")))
            .Should().NotThrow();

        pipeline.MaxAttempts.Should().Be(2);
        Attempts(pipeline).Should().Be(2);
        _logger.Entries.Should().ContainSingle(entry => entry.StartsWith("1042")).Which.Should()
            .Contain("MaxAttempts must be at least 1; it is 0.")
            .And.Contain($"{Section}:CircuitBreaker:RecoveryTimeout must be a duration")
            .And.Contain($"{Section}:Retry:Jitter must be one of");

        Change(("Retry:MaxAttempts", "3"), ("CircuitBreaker:RecoveryTimeout", null), ("Retry:Jitter", null));
        Attempts(pipeline).Should().Be(3);
    }

    [Safeguard("What was valid in a refused reload is followed with its correction", SwitchedOff = "a refused reload counts as applied")]
    [Fact, Trait("Spec", "FR11")]
    public void What_was_valid_in_a_refused_reload_is_followed_when_only_the_rest_is_corrected()
    {
        var registry = Build();
        _root["TechCorp:Resilience:Pipelines:stock:Retry:MaxAttempts"] = "7";
        Change(("Retry:MaxAttempts", "0"));
        (registry.Get("gateway").MaxAttempts, registry.Get("stock").MaxAttempts).Should().Be((5, 5));

        Change(("Retry:MaxAttempts", "3"));

        (registry.Get("gateway").MaxAttempts, registry.Get("stock").MaxAttempts).Should().Be((3, 7));
    }

    [Fact, Trait("Spec", "FR11")]
    public void A_refusal_is_logged_once_for_the_same_settings_and_again_after_they_were_taken_back()
    {
        var registry = Build();
        Change(("Retry:MaxAttempts", "0"));

        _root["Logging:LogLevel:Default"] = "Debug";
        _root.Reload();
        _logger.Entries.Should().ContainSingle().Which.Should().StartWith("1042");

        Change(("Retry:MaxAttempts", null));
        _logger.Entries.Should().ContainSingle("the settings in force are there again");
        Change(("Retry:MaxAttempts", "0"));
        _logger.Entries.Should().HaveCount(2);
        registry.Get("gateway").MaxAttempts.Should().Be(5);
    }

    [Fact, Trait("Spec", "FR11")]
    public void Stages_come_and_go_but_a_circuit_needs_a_restart_and_says_so()
    {
        var pipeline = Build(("Retry:BaseDelay", "00:00:00")).Get("gateway");
        pipeline.CircuitBreaker!.Fail();

        Change(("Retry:Enabled", "false"), ("CircuitBreaker:Enabled", "false"), ("Timeout:Mode", "Abandon"));

        Attempts(pipeline).Should().Be(1);
        pipeline.CircuitBreaker.Should().NotBeNull();
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(2);
        _logger.Entries.Should().Contain(
        [
            $"1043 Setting {Section}:CircuitBreaker:Enabled changed; that has no effect until this service restarts.",
            $"1043 Setting {Section}:Timeout:Mode changed; that has no effect until this service restarts.",
        ]);

        Change(("Retry:Enabled", "true"), ("CircuitBreaker:Enabled", "true"), ("Timeout:Mode", null));
        pipeline.MaxAttempts.Should().Be(5);
    }

    [Fact, Trait("Spec", "FR11")]
    public void What_is_removed_from_the_configuration_is_again_what_code_set()
    {
        var pipeline = Build(("Retry:MaxAttempts", "2")).Get("gateway");

        Change(("Retry:MaxAttempts", null));

        pipeline.MaxAttempts.Should().Be(5);
    }

    [Fact, Trait("Spec", "FR11")]
    public void A_changed_limit_and_window_hold_for_new_calls()
    {
        var registry = Build(("ConcurrencyLimit:PermitLimit", "1"), ("CircuitBreaker:FailureThreshold", "100"));
        var pipeline = registry.Get("gateway");
        pipeline.CircuitBreaker!.Fail(3);

        Change(("ConcurrencyLimit:PermitLimit", "2"), ("CircuitBreaker:FailureRatio", "0.5"), ("CircuitBreaker:MinimumThroughput", "2"));

        pipeline.Execute(_ => pipeline.Execute(static _ => 7)).Should().Be(7);
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(0, "both calls succeeded");
        pipeline.CircuitBreaker.Fail();
        pipeline.CircuitBreaker.State.Should().Be(CircuitState.Closed, "one of three calls failed since calls are counted");
        pipeline.CircuitBreaker.Fail();
        pipeline.CircuitBreaker.State.Should().Be(CircuitState.Open, "two of four failed");
        registry.OptionsOf("gateway").ConcurrencyLimit!.PermitLimit.Should().Be(2);
    }

    [Fact, Trait("Spec", "FR11")]
    public void The_pipelines_of_keys_follow_and_keep_their_circuits()
    {
        var registry = Build(("Retry:BaseDelay", "00:00:00"));
        var north = registry.Get("gateway", "north");
        north.CircuitBreaker!.Fail(3);

        Change(("Retry:MaxAttempts", "1"), ("CircuitBreaker:FailureThreshold", "4"));

        registry.Get("gateway", "north").Should().BeSameAs(north);
        registry.Get("gateway", "south").MaxAttempts.Should().Be(1);
        Attempts(north).Should().Be(1);
        north.CircuitBreaker!.State.Should().Be(CircuitState.Open);
    }

    [Fact, Trait("Spec", "FR11")]
    public void A_retry_budget_keeps_its_tokens()
    {
        var registry = Build(options => options.Retry!.Budget = new RetryBudget(minimum: 3), ("Retry:BaseDelay", "00:00:00"));
        var pipeline = registry.Get("gateway");
        Attempts(pipeline).Should().Be(4, "three retries took all tokens");

        Change(("Retry:MaxAttempts", "9"));

        Attempts(pipeline).Should().Be(1);
    }

    [Fact, Trait("Spec", "FR11")]
    public void A_change_elsewhere_changes_and_logs_nothing()
    {
        var pipeline = Build().Get("gateway");
        var before = pipeline.Executor;

        _root["Logging:LogLevel:Default"] = "Debug";
        _root.Reload();

        pipeline.Executor.Should().BeSameAs(before);
        _logger.Entries.Should().BeEmpty();
    }

    [Fact, Trait("Spec", "FR11")]
    public void Settings_of_the_other_packages_need_a_restart_and_the_log_names_each()
    {
        Build();

        _root["TechCorp:Resilience:Http:gateway:MaxBufferedContent"] = "1";
        _root.Reload();

        _logger.Entries.Should().Equal(
            "1043 Setting TechCorp:Resilience:Http:gateway:MaxBufferedContent changed; that has no effect until this service restarts.");
    }

    [Fact, Trait("Spec", "FR11")]
    public void A_change_between_the_start_and_the_first_use_counts()
    {
        var provider = Container(static _ => { }, []);
        _ = provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<ResilienceSettings>>().Value;
        Change(("Retry:MaxAttempts", "2"));

        provider.GetRequiredService<ResiliencePipelineRegistry>().Get("gateway").MaxAttempts.Should().Be(2);
    }

    [Fact, Trait("Spec", "FR11")]
    public void After_its_container_a_registry_follows_no_longer()
    {
        var provider = Container(static _ => { }, []);
        var pipeline = provider.GetRequiredService<ResiliencePipelineRegistry>().Get("gateway");
        provider.Dispose();

        Change(("Retry:MaxAttempts", "2"));

        pipeline.MaxAttempts.Should().Be(5);
    }

    [Fact, Trait("Spec", "FR11")]
    public void A_file_that_is_written_again_is_followed()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "appsettings.json");
        Write(7);
        _root = new ConfigurationBuilder().AddJsonFile(path).Build();
        var pipeline = Registry(static _ => { }).GetRequiredService<ResiliencePipelineRegistry>().Get("gateway");
        pipeline.MaxAttempts.Should().Be(7);

        Write(8);
        _root.Reload();

        pipeline.MaxAttempts.Should().Be(8);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

        void Write(int attempts) => File.WriteAllText(
            path, $$"""{ "TechCorp": { "Resilience": { "Pipelines": { "gateway": { "Retry": { "MaxAttempts": {{attempts}} } } } } } }""");
    }

    private static int Attempts(ResiliencePipeline pipeline)
    {
        var attempts = 0;
        pipeline.Invoking(p => p.Execute(_ =>
        {
            attempts++;
            throw new IOException();
        })).Should().Throw<Exception>();
        return attempts;
    }

    private ResiliencePipelineRegistry Build(params (string Key, string Value)[] settings) => Build(static _ => { }, settings);

    private ResiliencePipelineRegistry Build(Action<ResiliencePipelineOptions> configure, params (string Key, string Value)[] settings)
        => Container(configure, settings).GetRequiredService<ResiliencePipelineRegistry>();

    private ServiceProvider Container(Action<ResiliencePipelineOptions> configure, (string Key, string Value)[] settings)
    {
        _root = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => new KeyValuePair<string, string?>($"{Section}:{pair.Key}", pair.Value)))
            .Build();
        return Registry(configure);
    }

    private ServiceProvider Registry(Action<ResiliencePipelineOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(_root);
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<ILoggerFactory>(new OneLogger(_logger));
        services.AddTechCorpResilience(resilience => resilience.AddPipeline("gateway", configure).AddPipeline("stock"));
        var provider = services.BuildServiceProvider();
        _providers.Add(provider);
        return provider;
    }

    private void Change(params (string Key, string? Value)[] settings)
    {
        foreach ((var key, var value) in settings)
        {
            _root[$"{Section}:{key}"] = value;
        }

        _root.Reload();
    }

    private sealed class OneLogger(ILogger logger) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose()
        {
        }
    }
}
