using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TechCorp.Messaging;

/// <summary>Turns what a builder collected into a plan, with configuration over it; finds every problem before anything runs.</summary>
internal sealed class MessagingPlanner(MessagingBuilder builder)
{
    internal const string SectionName = "TechCorp:Messaging";

    private readonly List<string> _problems = [.. builder.Problems];

    /// <exception cref="OptionsValidationException">Something is wrong; it names everything that is.</exception>
    internal MessagingPlan Plan(IServiceProvider services)
    {
        var section = builder.ChosenConfiguration ?? SectionOf(services.GetService<IConfiguration>());
        var publisher = builder.PublisherOptions.Copy();
        var foreign = new List<string>();
        var notice = new RestartNotice();
        var (mode, failsOnFindings, appId) = (builder.ChosenTopologyMode, builder.FailsOnTopologyFindings, builder.ChosenAppId);
        var deadLetterExchange = builder.ChosenDeadLetterExchange;
        if (section is not null)
        {
            SectionReader.Read(section, _problems, reader =>
            {
                reader.Section("Publisher", own => OptionsFromConfiguration.Read(own, publisher));
                reader.Choice<TopologyMode>("TopologyMode", value => mode = value);
                reader.Boolean(nameof(builder.FailOnTopologyFindings), value => failsOnFindings = value);
                reader.Text("AppId", value => appId = value);
                reader.Text("DeadLetterExchange", value => deadLetterExchange = NameOf(reader, "DeadLetterExchange", value));
                reader.Allow("RabbitMq", "InMemory"); // read with its transport, and left alone with another one
                reader.Sections("Consumers", IsConsumed, foreign);
                if (builder.Name is null)
                {
                    reader.Sections("Named", builder.IsRegistered, foreign);
                }
            }, notice);
        }

        _problems.AddRange(OptionsCheck.OfSection($"{PathOf(section)}:Publisher", publisher.Problems()));
        var topologyMode = mode ?? TopologyMode.Create;
        var planner = new ConsumerPlanner(builder, topologyMode, deadLetterExchange is null
            ? builder.DeclaredTopology
            : DeadLetterExchangeName.Replace(builder.DeclaredTopology, deadLetterExchange), _problems, notice);
        var consumers = planner.Plan(section);
        var topology = WithCopyTargets(planner.Topology, consumers);
        var transport = builder.RabbitMq is null
            ? builder.Transport
            : RabbitMqPlanner.Plan(builder.RabbitMq, section, $"{PathOf(section)}:RabbitMq", _problems, notice);
        InMemoryPlanner.Plan(builder.InMemory, section, _problems, notice);
        if (transport is null)
        {
            _problems.Add("No transport is chosen: call UseRabbitMq or UseInMemory.");
        }

        OptionsCheck.ThrowAtStart(builder.Name ?? Options.DefaultName, typeof(MessagingBuilder), _problems);
        var loggers = new NonThrowingLoggerFactory(builder.ChosenLoggerFactory ?? services.GetLoggerFactory());
        foreign.ForEach(loggers.CreateLogger("TechCorp.Messaging").ForeignSection);

        return new MessagingPlan
        {
            Name = builder.Name,
            Catalog = builder.Catalog,
            Topology = topology,
            ServiceTopology = planner.Topology,
            TopologyMode = topologyMode,
            FailOnTopologyFindings = failsOnFindings ?? false,
            Publisher = publisher,
            Consumers = [.. consumers.Select(consumer => consumer with
            {
                CopyQueues = [.. TargetsOf(consumer)],
                CopyTargets = topology.Around(TargetsOf(consumer)),
            })],
            AppId = appId ?? services.GetService<IHostEnvironment>()?.ApplicationName ?? AppDomain.CurrentDomain.FriendlyName,
            StartupTimeout = builder.StartupTimeout,
            TimeProvider = builder.ChosenTimeProvider ?? services.GetTimeProvider(),
            Loggers = loggers,
            Configuration = section,
            RestartNotice = notice,
            Transport = transport!,
        };
    }

    /// <summary>A queue's name with a colon is a path of sections.</summary>
    private bool IsConsumed(string key)
        => builder.Consumers.Any(registration => $"{registration.Options.Queue}:".StartsWith($"{key}:", StringComparison.OrdinalIgnoreCase));

    private string PathOf(IConfiguration? section)
        => (section as IConfigurationSection)?.Path ?? (builder.Name is null ? SectionName : $"{SectionName}:Named:{builder.Name}");

    private IConfigurationSection? SectionOf(IConfiguration? configuration)
        => configuration?.GetSection(builder.Name is null ? SectionName : $"{SectionName}:Named:{builder.Name}");

    private string? NameOf(SectionReader reader, string key, string value)
    {
        if (AmqpName.ProblemOf(value) is { } problem)
        {
            _problems.Add($"{reader.PathOf(key)}: {problem}");
            return null;
        }

        return value;
    }

    /// <summary>The queues that the consumer's copies go to.</summary>
    private static IEnumerable<string> TargetsOf(ConsumerPlan consumer)
        => consumer.DeadLetters is { } target
            ? consumer.Options.Policy.Delays.Distinct().Select(delay => Topology.RetryQueueOf(consumer.Queue, delay)).Append(target.Queue)
            : [];

    /// <summary>With the queues that each consumer's delayed attempts wait in, and a dead-letter queue where the queue's own declaration names none.</summary>
    private Topology WithCopyTargets(Topology topology, IEnumerable<ConsumerPlan> consumers)
    {
        foreach (var consumer in consumers.Where(consumer => consumer.DeadLetters is not null))
        {
            var declared = topology.QueuesByName.GetValueOrDefault(consumer.Queue);
            var kind = declared?.Kind ?? QueueKind.Quorum;
            try
            {
                topology = topology.Add(Topology.RetryLadder(consumer.Queue, consumer.Options.Policy, kind));
                var usual = Topology.DeadLetterQueueOf(consumer.Queue);
                if (consumer.DeadLetters!.Destination == Destination.ToQueue(usual) && !topology.QueuesByName.ContainsKey(usual))
                {
                    topology = topology.Add(Topology.DeadLetterQueue(consumer.Queue, kind));
                }
            }
            catch (ArgumentException exception)
            {
                _problems.Add($"Queue '{consumer.Queue}': {exception.Message}");
            }
        }

        return topology;
    }
}
