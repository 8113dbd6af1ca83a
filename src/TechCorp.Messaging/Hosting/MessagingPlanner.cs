using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
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
        var reader = new ConfigurationReader(_problems);
        var publisher = builder.PublisherOptions.Copy();
        var (mode, findings, appId) = (builder.ChosenTopologyMode, builder.ChosenTopologyFindings, builder.ChosenAppId);
        if (section is not null)
        {
            OptionsFromConfiguration.Apply(publisher, section.GetSection("Publisher"), reader);
            mode = section.GetSection("TopologyMode") is { Value: not null } entry ? reader.Choice(entry, TopologyMode.Create) : mode;
            findings = section.GetSection("TopologyFindings") is { Value: not null } whenFound ? reader.Choice(whenFound, TopologyFindingsBehavior.Warn) : findings;
            appId = section["AppId"] ?? appId;
        }

        _problems.AddRange(publisher.Problems().Select(problem => "Publisher: " + problem));
        var topologyMode = mode ?? TopologyMode.Create;
        var consumers = new ConsumerPlanner(builder, topologyMode, _problems).Plan(section, reader);
        var topology = WithRetryLadders(builder.DeclaredTopology, consumers);
        var transport = builder.RabbitMq is null ? builder.Transport : RabbitMqPlanner.Plan(builder.RabbitMq, section, reader, _problems);
        if (transport is null)
        {
            _problems.Add("No transport is chosen: call UseRabbitMq or UseInMemory.");
        }

        if (_problems.Count > 0)
        {
            throw new OptionsValidationException(builder.Name ?? Options.DefaultName, typeof(MessagingBuilder), _problems);
        }

        return new MessagingPlan
        {
            Name = builder.Name,
            Catalog = builder.Catalog,
            Topology = topology,
            TopologyMode = topologyMode,
            WhenTopologyFindings = findings ?? TopologyFindingsBehavior.Warn,
            Publisher = publisher,
            Consumers = consumers,
            AppId = appId ?? services.GetService<IHostEnvironment>()?.ApplicationName ?? AppDomain.CurrentDomain.FriendlyName,
            StartupPatience = builder.StartupPatience,
            TimeProvider = builder.ChosenClock ?? services.GetService<TimeProvider>() ?? TimeProvider.System,
            Loggers = new NonThrowingLoggerFactory(builder.ChosenLoggers ?? services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance),
            Configuration = section,
            Transport = transport!,
        };
    }

    private IConfigurationSection? SectionOf(IConfiguration? configuration)
        => configuration?.GetSection(builder.Name is null ? SectionName : $"{SectionName}:Named:{builder.Name}");

    /// <summary>With the queues that each consumer's delayed attempts wait in, and a dead-letter queue where the queue's own declaration names none.</summary>
    private Topology WithRetryLadders(Topology topology, IEnumerable<ConsumerPlan> consumers)
    {
        foreach (var consumer in consumers)
        {
            var declared = topology.QueuesByName.GetValueOrDefault(consumer.Queue);
            var kind = declared?.Kind ?? QueueKind.Quorum;
            try
            {
                topology = topology.Add(Topology.RetryLadder(consumer.Queue, consumer.Options.Policy, kind));
                if (consumer.DeadLetters == Destination.ToQueue(Topology.DeadLetterQueueOf(consumer.Queue)) && !topology.QueuesByName.ContainsKey(consumer.DeadLetters.RoutingKey))
                {
                    topology = topology.Add(new QueueDeclaration(consumer.DeadLetters.RoutingKey) { Kind = kind });
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
