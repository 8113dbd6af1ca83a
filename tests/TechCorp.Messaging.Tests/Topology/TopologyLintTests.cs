using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging.Tests;

public sealed class TopologyLintTests
{
    private static readonly Topology Harmful = Topology.Empty.Add(new QueueDeclaration("q") { DeliveryLimit = 3 });

    public static TheoryData<Topology> Presets()
    => [
        Topology.Fanout("events", "a", "b"),
        Topology.Topic("events", ("order.#", "a"), ("*.created", "b")),
        Topology.WorkQueue("q"),
        Topology.WorkQueue(new QueueDeclaration("q") { Kind = QueueKind.Classic, MessageTimeToLive = TimeSpan.FromDays(1), MaxLength = 1000 }),
        Topology.WorkQueue("q").Add(Topology.RetryLadder("q", new DeliveryPolicy { Delays = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8)] })),
    ];

    [Safeguard("A pattern for events of others is left alone")]
    [Theory, Trait("Spec", "TP6"), MemberData(nameof(Presets), DisableDiscoveryEnumeration = true)]
    public void The_presets_have_no_findings(Topology preset) => preset.Lint().Should().BeEmpty();

    [Safeguard("A pattern for events of others is left alone", SwitchedOff = "`BindingRules` warns of each pattern that no known event matches")]
    [Fact, Trait("Spec", "TP6")]
    public void A_binding_to_what_others_publish_is_left_alone()
        => Topology.Topic("events", ("payment.*", "q"))
            .FindingsFor(new TopologyUsage { Events = ["order.created"], Destinations = [Destination.ToExchange("orders", "order.created")] }).Should()
            .BeEmpty();

    [Fact]
    public void Findings_say_what_happens_and_what_to_do_the_worst_first()
    {
        var findings = Harmful.Add(new QueueDeclaration("a") { MaxLength = 1 }).Lint();

        findings.Select(finding => finding.Severity).Should().Equal(LogLevel.Error, LogLevel.Warning);
        findings[0].ToString().Should()
            .Be("queue 'q': A message over the delivery limit is dropped without a trace. Name a dead-letter exchange, as Topology.WorkQueue does. "
            + "[delivery-limit-without-dead-letters]");
    }

    [Fact]
    public void An_argument_with_a_property_is_set_by_the_property()
    {
        var set = () => new QueueDeclaration("q").WithArgument("x-message-ttl", 1000);

        set.Should().Throw<ArgumentException>().WithMessage("*MessageTimeToLive*");
    }

    [Fact]
    public void Declarations_with_the_same_further_arguments_are_the_same()
        => new QueueDeclaration("q").WithArgument("x-expires", 1).WithArgument("x-max-priority", 5)
            .Should().Be(new QueueDeclaration("q").WithArgument("x-max-priority", 5L).WithArgument("x-expires", 1L))
            .And.NotBe(new QueueDeclaration("q").WithArgument("x-expires", 1));

    [Fact]
    public async Task A_start_logs_findings_as_warnings_and_goes_on()
    {
        using var broker = new InMemoryBroker();
        using var log = new Warnings();

        await using var bus = await MessageBus.StartAsync(m => m.UseInMemory(broker).AddTopology(Harmful).UseLoggerFactory(log),
            TestContext.Current.CancellationToken);

        log.Texts.Should().ContainSingle().Which.Should().Contain("delivery-limit-without-dead-letters");
    }

    [Safeguard("Findings are reported before anything is declared", SwitchedOff = "`MessagingRuntime` lints after `DeclareAsync`")]
    [Fact]
    public async Task A_start_that_fails_on_findings_declares_nothing()
    {
        using var broker = new InMemoryBroker();
        var start = ()
            => MessageBus.StartAsync(m => m.UseInMemory(broker).AddTopology(Harmful).FailOnTopologyFindings(),
                TestContext.Current.CancellationToken);

        (await start.Should().ThrowAsync<TopologyException>()).Which.Findings.Should().ContainSingle(finding => finding.Subject == "queue 'q'");

        await using var transport = broker.CreateTransport();
        (await transport.CountAsync("q", TestContext.Current.CancellationToken)).Should().BeNull();
    }

    private sealed class Warnings : ILoggerFactory, ILogger
    {
        internal List<string> Texts { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Texts.Add(formatter(state, exception));
            }
        }
    }
}
