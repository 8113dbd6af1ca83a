using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>What holds for every key of every section.</summary>
public sealed class ConfigurationKeysTests
{
    private static readonly (string Section, Type Options)[] Sections =
    [
        ("TechCorp:Messaging:Publisher", typeof(PublisherOptions)),
        ("TechCorp:Messaging:Consumers:orders", typeof(ConsumerOptions)),
        ("TechCorp:Messaging:Consumers:orders:Policy", typeof(DeliveryPolicy)),
        ("TechCorp:Messaging:RabbitMq", typeof(RabbitMqOptions)),
    ];

    public static TheoryData<string> Durations => [.. OptionKeys.Durations(Sections), "TechCorp:Messaging:Consumers:orders:Policy:Delays:0"];

    public static TheoryData<string, string> Misspelled { get; } =
    [
        .. OptionKeys.Misspelled(Sections),
        ("TechCorp:Messaging:TopologyMoed", "TopologyMode"),
        ("TechCorp:Messaging:RabbitMq:Url", "Uri"),
        ("TechCorp:Messaging:Consumers:orders:Polciy", "Policy"),
    ];

    [Theory, Trait("Spec", "FH1"), MemberData(nameof(Durations))]
    public void A_bare_number_is_refused_as_a_duration(string key)
        => Failures((key, "30")).Should().Equal($"{key} must be a duration like 00:00:30 or 1.00:00:00; it is '30'.");

    [Theory, Trait("Spec", "FH2"), MemberData(nameof(Misspelled))]
    public void A_misspelled_key_is_refused_with_the_key_that_was_meant(string key, string meant)
        => Failures((key, "1")).Should().Equal($"{key} is unknown; did you mean {meant}?");

    [Theory, Trait("Spec", "FH2")]
    [InlineData("TechCorp:Messaging:Publsher:Timeout", "TechCorp:Messaging:Publsher is unknown; did you mean Publisher?")]
    [InlineData("TechCorp:Messaging:Consumer:orders:Prefetch", "TechCorp:Messaging:Consumer is unknown; did you mean Consumers?")]
    public void A_misspelled_section_is_refused(string key, string failure) => Failures((key, "1")).Should().Equal(failure);

    [Fact, Trait("Spec", "FH2")]
    public void Sections_of_other_services_are_warnings()
    {
        using var loggers = new ListLoggers();

        Failures(loggers, ("TechCorp:Messaging:Consumers:stock:Anything", "1"), ("TechCorp:Messaging:Named:reporting:Anything", "1")).Should().BeEmpty();

        loggers.Entries.Should().HaveCount(2).And.OnlyContain(entry => entry.StartsWith("2140 Section TechCorp:Messaging:", StringComparison.Ordinal));
    }

    [Fact, Trait("Spec", "FH3")]
    public void A_broker_address_that_cannot_be_used_is_refused_without_its_password()
    {
        var failures = Failures(
            ("TechCorp:Messaging:RabbitMq:Uri", "amqp//app:hunter2@broker,http://app:hunter2@broker/"),
            ("TechCorp:Messaging:RabbitMq:ManagementUri", "app:hunter2@broker:15672"));

        failures.Should().HaveCountGreaterThanOrEqualTo(3).And.NotContain(failure => failure.Contains("hunter2", StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> Failures(params (string Key, string Value)[] settings)
    {
        using var loggers = new ListLoggers();
        return Failures(loggers, settings);
    }

    private static IReadOnlyList<string> Failures(ListLoggers loggers, params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
        services.AddSingleton<ILoggerFactory>(loggers);
        var builder = new MessagingBuilder(services, name: null)
            .UseRabbitMq()
            .AddMessage("order.created", TestJson.Default.OrderCreated)
            .AddTopology(Topology.WorkQueue("orders"))
            .AddConsumer<OrderCreated>("orders", (_, _, _) => Task.CompletedTask);
        using var provider = services.BuildServiceProvider();
        try
        {
            new MessagingPlanner(builder).Plan(provider);
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return [.. exception.Failures];
        }
    }
}
