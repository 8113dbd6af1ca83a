using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

/// <summary>What holds for every key of every section.</summary>
public sealed class ConfigurationKeysTests
{
    private static readonly (string Section, Type Options)[] Sections =
    [
        .. new[] { "TechCorp:Outbox", "TechCorp:Outbox:reporting" }.SelectMany(section => new[]
        {
            (section, typeof(OutboxOptions)), ($"{section}:Relay", typeof(RelayOptions)), ($"{section}:Inbox", typeof(InboxOptions)),
            ($"{section}:Sagas", typeof(SagaOptions)),
        }),
    ];

    public static TheoryData<string> Durations => [.. OptionKeys.Durations(Sections)];

    public static TheoryData<string, string> Misspelled
        => [.. OptionKeys.Misspelled(Sections), ("TechCorp:Outbox:MigrateOnStrat", "MigrateOnStart"), ("TechCorp:Outbox:RunReley", "RunRelay")];

    [Theory, Trait("Spec", "FH1"), MemberData(nameof(Durations))]
    public void A_bare_number_is_refused_as_a_duration(string key)
        => Failures((key, "30")).Should().Equal($"{key} must be a duration like 00:00:30 or 1.00:00:00; it is '30'.");

    [Theory, Trait("Spec", "FH2"), MemberData(nameof(Misspelled))]
    public void A_misspelled_key_is_refused_with_the_key_that_was_meant(string key, string meant)
        => Failures((key, "1")).Should().Equal($"{key} is unknown; did you mean {meant}?");

    [Fact, Trait("Spec", "FH2")]
    public void A_misspelled_section_is_refused()
        => Failures(("TechCorp:Outbox:Realy:BatchSize", "1")).Should().Equal("TechCorp:Outbox:Realy is unknown; did you mean Relay?");

    [Fact, Trait("Spec", "FH2")]
    public void An_outbox_of_another_service_is_a_warning()
    {
        var entries = new List<string>();

        Failures(entries, ("TechCorp:Outbox:archive:Anything", "1")).Should().BeEmpty();

        entries.Should().ContainSingle().Which.Should().StartWith("3020 Section TechCorp:Outbox:archive names an outbox");
    }

    [Fact]
    public void Sent_rows_are_not_kept_for_a_negative_time()
        => Failures(("TechCorp:Outbox:Relay:KeepSent", "-00:00:01")).Should().Equal("TechCorp:Outbox:Relay:KeepSent must not be negative; it is -00:00:01.");

    private static IReadOnlyList<string> Failures(params (string Key, string Value)[] settings) => Failures([], settings);

    private static IReadOnlyList<string> Failures(List<string> log, params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
        services.AddSingleton<ILogger<OutboxRelay>>(new ListLogger(log));
        services.AddTechCorpOutbox(outbox => outbox.UseDatabase(_ => throw new NotSupportedException()));
        services.AddTechCorpOutbox("reporting", outbox => outbox.UseDatabase(_ => throw new NotSupportedException()));
        using var provider = services.BuildServiceProvider();
        var failures = new List<string>();
        foreach (var outbox in provider.GetServices<OutboxSettings>())
        {
            try
            {
                outbox.Resolve(provider);
            }
            catch (OptionsValidationException exception)
            {
                failures.AddRange(exception.Failures);
            }
        }

        return failures;
    }

    private sealed class ListLogger(List<string> entries) : ILogger<OutboxRelay>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => entries.Add($"{eventId.Id} {formatter(state, exception)}");
    }
}
