using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging.Tests;

public sealed class TopologyLintTests
{
    private static readonly Topology Harmful = Topology.Empty.Add(new QueueDeclaration("q") { DeliveryLimit = 3 });

    public static TheoryData<Topology> Presets()
    => [
        Topology.Fanout("events", "a", "b"),
        Topology.Topic("events", ("order.#", "a"), ("*.created", "b")),
        Topology.Broadcast("events"),
        Topology.Broadcast("events", "order.#"),
        Topology.WorkQueue("q"),
        Topology.WorkQueue(new QueueDeclaration("q") { Kind = QueueKind.Classic, MessageTimeToLive = TimeSpan.FromDays(1), MaxLength = 1000 }),
        Topology.WorkQueue("q").Add(Topology.RetryLadder("q", new DeliveryPolicy { Delays = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8)] })),
        Topology.Fanout("events").Add(Topology.DelayLadder(Destination.ToExchange("events"), TimeSpan.FromDays(48))),
        Topology.Topic("events", ("#", "q")).Add(Topology.DelayLadder(Destination.ToExchange("events", "order.created"), TimeSpan.FromMinutes(15))),
        Topology.WorkQueue("q").Add(Topology.DelayLadder(Destination.ToQueue("q"), TimeSpan.FromMinutes(15))),
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

    [Theory, Trait("Spec", "FV1"), Trait("Spec", "TP6")]
    [InlineData(null, LogLevel.Warning)]
    [InlineData("3.10.8", LogLevel.Information)]
    [InlineData("4.0.5", LogLevel.Warning)]
    [InlineData("4.3.6", LogLevel.Warning)]
    public void A_quorum_queue_without_limit_and_dead_letter_exchange_is_named(string? version, LogLevel severity)
        => Topology.Empty.Add(new QueueDeclaration("q")).Lint(brokerVersion: version is null ? null : Version.Parse(version)).Should().ContainSingle()
            .Which.Should().BeEquivalentTo(new { Rule = "no-delivery-limit", Severity = severity, Subject = "queue 'q'" });

    [Theory, Trait("Spec", "FV1"), MemberData(nameof(Bounded), DisableDiscoveryEnumeration = true)]
    public void One_that_loses_nothing_by_it_is_not(QueueDeclaration queue)
        => Topology.WorkQueue("target").Add(queue).Lint(brokerVersion: new Version(4, 3)).Should()
            .NotContain(finding => finding.Rule.Contains("delivery-limit"));

    public static TheoryData<QueueDeclaration> Bounded()
    => [
        new QueueDeclaration("q") { Kind = QueueKind.Classic },
        new QueueDeclaration("q") { DeliveryLimit = 1_000_000_000 },
        new QueueDeclaration("q") { DeliveryLimit = -1 },
        new QueueDeclaration("q") { DeadLetterExchange = "", DeadLetterRoutingKey = "target" },
    ];

    /// <summary>What the three servers take and refuse was tried on them.</summary>
    [Safeguard("A correct topology of a newer server has no findings", SwitchedOff = "`ArgumentRules.TooNew` takes an unknown version for an old one")]
    [Theory, Trait("Spec", "FV6"), Trait("Spec", "TP6")]
    [InlineData(QueueKind.Quorum, "x-delayed-retry-type", "argument-of-a-later-version", "argument-of-a-later-version", null, null)]
    [InlineData(QueueKind.Quorum, "x-delayed-retry-min", "argument-of-a-later-version", "argument-of-a-later-version", null, null)]
    [InlineData(QueueKind.Quorum, "x-delayed-retry-max", "argument-of-a-later-version", "argument-of-a-later-version", null, null)]
    [InlineData(QueueKind.Quorum, "x-consumer-disconnected-timeout", "argument-of-a-later-version", "argument-of-a-later-version", null, null)]
    [InlineData(QueueKind.Quorum, "x-consumer-timeout", "argument-of-a-later-version", null, null, null)]
    [InlineData(QueueKind.Quorum, "x-quorum-target-group-size", "argument-of-a-later-version", null, null, null)]
    [InlineData(QueueKind.Quorum, "x-quorum-initial-group-size", null, null, null, null)]
    [InlineData(QueueKind.Quorum, "x-queue-leader-locator", null, null, null, null)]
    [InlineData(QueueKind.Quorum, "x-max-length-bytes", null, null, null, null)]
    [InlineData(QueueKind.Quorum, "x-max-in-memory-length", null, null, null, null)]
    [InlineData(QueueKind.Quorum, "x-max-priority", "priority-on-quorum", "priority-on-quorum", "priority-on-quorum", "priority-on-quorum")]
    [InlineData(QueueKind.Quorum, "x-queue-mode", "argument-of-another-kind", "argument-of-another-kind", "argument-of-another-kind",
        "argument-of-another-kind")]
    [InlineData(QueueKind.Quorum, "x-max-age", "argument-of-another-kind", "argument-of-another-kind", "argument-of-another-kind", "argument-of-another-kind")]
    [InlineData(QueueKind.Quorum, "x-delayed-rety-min", "unknown-argument", "unknown-argument", "unknown-argument", "unknown-argument")]
    [InlineData(QueueKind.Classic, "x-max-priority", null, null, null, null)]
    [InlineData(QueueKind.Classic, "x-queue-mode", null, null, null, null)]
    [InlineData(QueueKind.Classic, "x-queue-leader-locator", "argument-of-a-later-version", null, null, null)]
    [InlineData(QueueKind.Classic, "x-queue-master-locator", null, null, "argument-of-an-earlier-version", null)]
    [InlineData(QueueKind.Classic, "x-consumer-timeout", "argument-of-a-later-version", null, "argument-of-an-earlier-version", null)]
    [InlineData(QueueKind.Classic, "x-delayed-retry-min", "argument-of-another-kind", "argument-of-another-kind", "argument-of-another-kind",
        "argument-of-another-kind")]
    public void An_argument_is_known_by_kind_and_version(QueueKind kind, string argument, string? on310, string? on40, string? on43, string? onUnknown)
    {
        var topology = Topology.WorkQueue(new QueueDeclaration("q") { Kind = kind }.WithArgument(argument, 1));

        foreach (var (version, rule) in ((string, string?)[])[("3.10.8", on310), ("4.0.5", on40), ("4.3.6", on43)])
        {
            var findings = topology.Lint(brokerVersion: Version.Parse(version));
            findings.Select(finding => finding.Rule).Should().Equal(rule is null ? [] : [rule]);
            findings.Where(finding => !finding.Harm.Contains(argument) || (finding.Rule.Contains("version") && !finding.Harm.Contains(version)))
                .Should().BeEmpty();
        }

        topology.Lint().Select(finding => finding.Rule).Should().Equal(onUnknown is null ? [] : [onUnknown]);
    }

    [Fact]
    public void Findings_say_what_happens_and_what_to_do_the_worst_first()
    {
        var findings = Harmful.Add(new QueueDeclaration("a") { Kind = QueueKind.Classic, MaxLength = 1 }).Lint();

        findings.Select(finding => finding.Severity).Should().Equal(LogLevel.Error, LogLevel.Warning);
        findings[0].ToString().Should()
            .Be("queue 'q': A message over the delivery limit is dropped without a trace. Name a dead-letter exchange, as Topology.WorkQueue does. "
            + "[delivery-limit-without-dead-letters]");
    }

    [Fact, Trait("Spec", "FM20")]
    public void A_broadcast_that_the_process_does_not_consume_is_found()
    {
        var topology = Topology.Broadcast("cache").Add(Topology.WorkQueue("orders"));

        topology.Lint(consumers: new Dictionary<string, int> { ["orders"] = 16 }).Should().ContainSingle(finding => finding.Rule == "broadcast-not-consumed");
        topology.Lint(consumers: new Dictionary<string, int> { ["orders"] = 16, ["cache.broadcast"] = 16 }).Should().BeEmpty();
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
