using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Resilience.Tests;

/// <summary>What holds for every key of every section.</summary>
public sealed class ConfigurationKeysTests
{
    private const string Pipeline = "TechCorp:Resilience:Pipelines:gateway";

    private static readonly (string Section, Type Options)[] Sections =
    [
        (Pipeline, typeof(ResiliencePipelineOptions)),
        ($"{Pipeline}:Timeout", typeof(TimeoutOptions)),
        ($"{Pipeline}:Retry", typeof(RetryOptions)),
        ($"{Pipeline}:CircuitBreaker", typeof(CircuitBreakerOptions)),
        ($"{Pipeline}:ConcurrencyLimit", typeof(ConcurrencyLimitOptions)),
    ];

    public static TheoryData<string> Durations => [.. OptionKeys.Durations(Sections)];

    public static TheoryData<string, string> Misspelled => [.. OptionKeys.Misspelled(Sections)];

    [Theory, Trait("Spec", "FH1"), MemberData(nameof(Durations))]
    public void A_bare_number_is_refused_as_a_duration(string key)
        => Failures((key, "30")).Should().Equal($"{key} must be a duration like 00:00:30 or 1.00:00:00; it is '30'.");

    [Theory, Trait("Spec", "FH2"), MemberData(nameof(Misspelled))]
    public void A_misspelled_key_is_refused_with_the_key_that_was_meant(string key, string meant)
        => Failures((key, "1")).Should().Equal($"{key} is unknown; did you mean {meant}?");

    [Fact, Trait("Spec", "FH2")]
    public void A_misspelled_section_is_refused()
        => Failures(("TechCorp:Resilience:Piplines:gateway:Deadline", "00:00:01")).Should()
            .Equal("TechCorp:Resilience:Piplines is unknown; did you mean Pipelines?");

    [Fact, Trait("Spec", "FH2")]
    public void A_pipeline_of_another_service_is_a_warning()
    {
        var logger = new ListLogger();

        Failures(logger, ("TechCorp:Resilience:Pipelines:stock:Anything", "1")).Should().BeEmpty();

        logger.Entries.Should().ContainSingle().Which.Should().StartWith("1040 Section TechCorp:Resilience:Pipelines:stock names a pipeline");
    }

    private static IEnumerable<string> Failures(params (string Key, string Value)[] settings) => Failures(new ListLogger(), settings);

    private static IEnumerable<string> Failures(ListLogger logger, params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
        services.AddSingleton<ILoggerFactory>(new OneLogger(logger));
        services.AddTechCorpResilience(resilience => resilience.AddPipeline("gateway"));
        using var provider = services.BuildServiceProvider();
        try
        {
            _ = provider.GetRequiredService<IOptions<ResilienceSettings>>().Value;
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures;
        }
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
