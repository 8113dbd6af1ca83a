using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.Tests;

public sealed class RegistrationTests
{
    private const string Section = "TechCorp:Resilience:Pipelines:gateway";

    [Fact]
    public void A_registered_pipeline_is_found_by_name_and_as_a_keyed_service()
    {
        using var provider = Build(r => r.AddPipeline("inventory").AddPipeline("gateway"));
        var pipelines = provider.GetRequiredService<ResiliencePipelineRegistry>();

        pipelines.Names.Should().BeEquivalentTo("inventory", "gateway");
        provider.GetRequiredKeyedService<ResiliencePipeline>("inventory").Should().BeSameAs(pipelines.Get("inventory"));
        pipelines.Circuits.Select(c => (c.Name, c.State)).Should().BeEquivalentTo([("inventory", CircuitState.Closed), ("gateway", CircuitState.Closed)]);
    }

    [Fact]
    public void An_unknown_name_says_which_names_there_are()
    {
        using var provider = Build(r => r.AddPipeline("inventory"));

        provider.GetRequiredService<ResiliencePipelineRegistry>().Invoking(p => p.Get("stock")).Should().Throw<KeyNotFoundException>()
            .WithMessage("*stock*inventory*");
    }

    [Fact]
    public void Each_key_of_a_name_has_its_own_pipeline_with_the_options_of_the_name()
    {
        var options = new ResiliencePipelineOptions { CircuitBreaker = new() { FailureThreshold = 1 }, Retry = new() { Budget = new RetryBudget() } };
        var pipelines = ResiliencePipelineRegistry.Create([new("stock", options)]);
        options.CircuitBreaker.FailureThreshold = 9;

        pipelines.Get("stock", "north").CircuitBreaker!.Fail();

        pipelines.Get("STOCK", "north").Should().BeSameAs(pipelines.Get("stock", "north"));
        pipelines.CircuitsOf("stock").Should().ContainSingle("without a key, the name was not called")
            .Which.Should().Match<CircuitBreaker>(circuit => circuit.Name == "stock north" && circuit.State == CircuitState.Open);
        pipelines.Get("stock", "south").CircuitBreaker!.State.Should().Be(CircuitState.Closed);
        pipelines.Get("stock").CircuitBreaker!.State.Should().Be(CircuitState.Closed);
        pipelines.Circuits.Select(circuit => circuit.Name).Should().BeEquivalentTo("stock", "stock north", "stock south");
    }

    [Fact]
    public void A_key_of_an_unknown_name_and_an_empty_key_are_refused()
    {
        using var provider = Build(r => r.AddPipeline("inventory").AddPipeline("gateway"));
        var pipelines = provider.GetRequiredService<ResiliencePipelineRegistry>();

        pipelines.Invoking(p => p.Get("stock", "north")).Should().Throw<KeyNotFoundException>()
            .WithMessage("No resilience pipeline 'stock' is registered; there are: inventory, gateway. Add it with AddTechCorpResilience.");
        pipelines.Invoking(p => p.Get("inventory", "")).Should().Throw<ArgumentException>().WithParameterName("key");
    }

    [Fact]
    public void The_options_of_a_pipeline_are_given_out_as_a_copy()
    {
        var pipelines = ResiliencePipelineRegistry.Create([new("stock", new() { Deadline = TimeSpan.FromSeconds(7) })]);

        pipelines.OptionsOf("stock").Deadline = null;

        pipelines.OptionsOf("stock").Deadline.Should().Be(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public void A_registry_without_a_container_refuses_invalid_options_and_names()
    {
        FluentActions.Invoking(() => ResiliencePipelineRegistry.Create([new("stock", new() { Deadline = TimeSpan.Zero })]))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Deadline");
        FluentActions.Invoking(() => ResiliencePipelineRegistry.Create([new("", new())])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ResiliencePipelineRegistry.Create([new("stock", new()), new("Stock", new())])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_container_that_is_none_and_a_pipeline_without_a_name_are_refused()
    {
        IServiceCollection none = null!;

        FluentActions.Invoking(() => none.AddTechCorpResilience(static _ => { })).Should().Throw<ArgumentNullException>().WithParameterName("services");
        new ServiceCollection().Invoking(s => s.AddTechCorpResilience(null!)).Should().Throw<ArgumentNullException>().WithParameterName("configure");
        new ServiceCollection().Invoking(s => s.AddTechCorpResilience(static r => r.AddPipeline(""))).Should().Throw<ArgumentException>()
            .WithParameterName("name");
    }

    [Fact]
    public async Task Idempotency_has_a_store_in_memory_its_options_and_its_log()
    {
        using var loggers = new Categories();
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(loggers)
            .AddTechCorpResilience(static r => r.AddIdempotency(static o => (o.WaitTimeout, o.Lease) = (TimeSpan.Zero, TimeSpan.FromSeconds(7))));
        using var provider = services.BuildServiceProvider();
        var executor = provider.GetRequiredService<IdempotencyExecutor>();
        var gate = new TaskCompletionSource();
        Func<int, IdempotencyLease, CancellationToken, ValueTask> operation = async (_, _, _) => await gate.Task;

        var first = executor.ExecuteAsync(operation, new IdempotencyKey("orders", "17"), Fingerprint.None, 0);
        Func<Task> second = () => executor.ExecuteAsync(operation, new IdempotencyKey("orders", "17"), Fingerprint.None, 0).AsTask();

        (await second.Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.Conflict)).Which.RetryAfter.Should().Be(TimeSpan.FromSeconds(7));
        gate.SetResult();
        await first;
        provider.GetRequiredService<IIdempotencyStore>().Should().BeOfType<InMemoryIdempotencyStore>().Which.Count.Should().Be(1);
        loggers.Asked.Should().Equal("TechCorp.Resilience");
    }

    [Fact]
    public void Idempotency_with_invalid_options_is_refused_at_once()
        => new ServiceCollection().Invoking(s => s.AddTechCorpResilience(static r => r.AddIdempotency(static o => o.Lease = TimeSpan.Zero))).Should()
            .Throw<ArgumentOutOfRangeException>();

    [Safeguard("Idempotency that is added again is changed further", SwitchedOff = "`AddIdempotency` begins with new options")]
    [Fact, Trait("Spec", "FR10")]
    public async Task Idempotency_that_is_added_again_is_changed_further()
    {
        var services = new ServiceCollection();
        services.AddTechCorpResilience(static r => r.AddIdempotency(static o => (o.WaitTimeout, o.Lease) = (TimeSpan.Zero, TimeSpan.FromSeconds(7))))
            .AddTechCorpResilience(static r => r.AddIdempotency(static o => o.Lease = TimeSpan.FromSeconds(9)).AddIdempotency());
        using var provider = services.BuildServiceProvider();
        var executor = provider.GetServices<IdempotencyExecutor>().Should().ContainSingle().Subject;
        var gate = new TaskCompletionSource();
        Func<int, IdempotencyLease, CancellationToken, ValueTask> operation = async (_, _, _) => await gate.Task;
        var first = executor.ExecuteAsync(operation, new IdempotencyKey("orders", "17"), Fingerprint.None, 0);

        Func<Task> second = () => executor.ExecuteAsync(operation, new IdempotencyKey("orders", "17"), Fingerprint.None, 0).AsTask();

        (await second.Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.Conflict)).Which.RetryAfter.Should().Be(TimeSpan.FromSeconds(9));
        gate.SetResult();
        await first;
    }

    [Fact, Trait("Spec", "FR10")]
    public void Idempotency_is_refused_where_an_executor_is_registered_that_would_take_no_notice_of_its_options()
    {
        var services = new ServiceCollection().AddSingleton(new IdempotencyExecutor(new InMemoryIdempotencyStore()));

        services.Invoking(s => s.AddTechCorpResilience(static r => r.AddIdempotency())).Should().Throw<InvalidOperationException>()
            .WithMessage("*IdempotencyExecutor already*");
    }

    [Fact]
    public void What_pipelines_log_has_the_packages_name_as_its_category()
    {
        using var loggers = new Categories();
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(loggers).AddTechCorpResilience(r => r.AddPipeline("inventory"));
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<ResiliencePipelineRegistry>();

        loggers.Asked.Should().Equal("TechCorp.Resilience");
    }

    [Fact]
    public void The_configuration_overrides_what_code_set()
    {
        var clock = new TestClock();
        using var provider = Build(
            r => r.AddPipeline("gateway", p => p.CircuitBreaker = new() { FailureThreshold = 1, RecoveryTimeout = TimeSpan.FromSeconds(7) }),
            clock,
            ($"{Section}:CircuitBreaker:RecoveryTimeout", "00:00:02"),
            ($"{Section}:Retry:BaseDelay", "00:00:00.1"));
        var circuit = provider.GetRequiredService<ResiliencePipelineRegistry>().Get("gateway").CircuitBreaker!;

        circuit.Fail();

        circuit.Rejected().RetryAfter.Should().Be(TimeSpan.FromSeconds(2));
        provider.GetRequiredService<IOptions<ResilienceSettings>>().Value.Pipelines["gateway"].Retry!.BaseDelay.Should().Be(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void What_the_configuration_leaves_out_stays_as_code_set_it()
    {
        using var provider = Build(
            r => r.AddPipeline("gateway", p => (p.Timeout, p.Retry) = (new() { Timeout = TimeSpan.FromSeconds(7) }, new() { MaxAttempts = 7 })),
            timeProvider: null,
            ($"{Section}:Timeout:Mode", "Abandon"),
            ($"{Section}:Retry:BaseDelay", "00:00:00.1"));

        var options = provider.GetRequiredService<IOptions<ResilienceSettings>>().Value.Pipelines["gateway"];

        (options.Timeout!.Mode, options.Timeout.Timeout).Should().Be((TimeoutMode.Abandon, TimeSpan.FromSeconds(7)));
        (options.Retry!.BaseDelay, options.Retry.MaxAttempts).Should().Be((TimeSpan.FromMilliseconds(100), 7));
    }

    [Fact]
    public void Every_setting_can_be_read_from_the_configuration()
    {
        using var provider = Build(
            r => r.AddPipeline("gateway"),
            null,
            ($"{Section}:Timeout:Timeout", "00:00:03"),
            ($"{Section}:Timeout:Mode", "abandon"),
            ($"{Section}:Retry:MaxAttempts", "7"),
            ($"{Section}:Retry:BaseDelay", "00:00:02"),
            ($"{Section}:Retry:MaxDelay", "00:00:09"),
            ($"{Section}:Retry:Jitter", "Full"),
            ($"{Section}:Retry:WaitForCircuit", "true"),
            ($"{Section}:CircuitBreaker:FailureThreshold", "3"),
            ($"{Section}:CircuitBreaker:RecoveryTimeout", "00:00:04"),
            ($"{Section}:CircuitBreaker:ProbeLease", "00:00:05"),
            ($"{Section}:CircuitBreaker:RecoveryGrowth", "1.5"),
            ($"{Section}:CircuitBreaker:MaxRecoveryTimeout", "00:01:00"),
            ($"{Section}:CircuitBreaker:RecoveryJitter", "0.25"),
            ($"{Section}:CircuitBreaker:FailureRatio", "0.5"),
            ($"{Section}:CircuitBreaker:MinimumThroughput", "20"),
            ($"{Section}:CircuitBreaker:SamplingDuration", "00:00:10"),
            ($"{Section}:CircuitBreaker:SlowCallDuration", "00:00:02"),
            ($"{Section}:ConcurrencyLimit:PermitLimit", "8"),
            ($"{Section}:ConcurrencyLimit:QueueLimit", "16"),
            ($"{Section}:Deadline", "00:00:20"),
            ($"{Section}:FallbackOnFailure", "true"));

        provider.GetRequiredService<IOptions<ResilienceSettings>>().Value.Pipelines["gateway"].Should().BeEquivalentTo(
            new ResiliencePipelineOptions
            {
                Timeout = new() { Timeout = TimeSpan.FromSeconds(3), Mode = TimeoutMode.Abandon },
                Retry = new()
                {
                    MaxAttempts = 7,
                    BaseDelay = TimeSpan.FromSeconds(2),
                    MaxDelay = TimeSpan.FromSeconds(9),
                    Jitter = JitterKind.Full,
                    WaitForCircuit = true,
                },
                CircuitBreaker = new()
                {
                    FailureThreshold = 3,
                    RecoveryTimeout = TimeSpan.FromSeconds(4),
                    ProbeLease = TimeSpan.FromSeconds(5),
                    RecoveryGrowth = 1.5,
                    MaxRecoveryTimeout = TimeSpan.FromMinutes(1),
                    RecoveryJitter = 0.25,
                    FailureRatio = 0.5,
                    MinimumThroughput = 20,
                    SamplingDuration = TimeSpan.FromSeconds(10),
                    SlowCallDuration = TimeSpan.FromSeconds(2),
                },
                ConcurrencyLimit = new() { PermitLimit = 8, QueueLimit = 16 },
                Deadline = TimeSpan.FromSeconds(20),
                FallbackOnFailure = true,
            },
            options => options.Excluding(o => o.Outcomes));
    }

    [Fact]
    public void A_stage_can_be_switched_off_by_configuration()
    {
        using var provider = Build(r => r.AddPipeline("gateway"), null, ($"{Section}:CircuitBreaker:Enabled", "false"));

        provider.GetRequiredService<ResiliencePipelineRegistry>().Get("gateway").CircuitBreaker.Should().BeNull();
    }

    [Fact]
    public async Task Invalid_settings_stop_the_host_when_it_starts_with_all_problems_at_once()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(
        [
            new($"{Section}:Retry:MaxAttempts", "many"),
            new($"{Section}:CircuitBreaker:RecoveryTimout", "00:00:02"),
        ]);
        builder.Services.AddTechCorpResilience(r => r.AddPipeline("gateway", p => p.CircuitBreaker!.FailureThreshold = 0));
        using var host = builder.Build();

        var thrown =
            (await host.Awaiting(h => h.StartAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<OptionsValidationException>()).Which;

        thrown.Failures.Should().BeEquivalentTo(
            $"{Section}:Retry:MaxAttempts must be a whole number; it is 'many'.",
            $"{Section}:CircuitBreaker:RecoveryTimout is unknown; did you mean RecoveryTimeout?",
            "TechCorp:Resilience:Pipelines:gateway:CircuitBreaker:FailureThreshold must be at least 1; it is 0.");
    }

    private static ServiceProvider Build(Action<ResilienceBuilder> configure, TimeProvider? timeProvider = null,
        params (string Key, string Value)[] configuration)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(configuration.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value)))
            .Build());
        if (timeProvider is not null)
        {
            services.AddSingleton(timeProvider);
        }

        return services.AddTechCorpResilience(configure).BuildServiceProvider();
    }

    private sealed class Categories : ILoggerFactory
    {
        public List<string> Asked { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName)
        {
            Asked.Add(categoryName);
            return NullLogger.Instance;
        }

        public void Dispose()
        {
        }
    }
}
