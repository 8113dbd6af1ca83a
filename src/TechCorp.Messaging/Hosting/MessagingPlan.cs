using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Everything a running instance is made from: checked, complete, unchanging.</summary>
internal sealed record MessagingPlan
{
    internal required string? Name { get; init; }

    internal required MessageCatalog Catalog { get; init; }

    internal required Topology Topology { get; init; }

    /// <summary>What the service itself declares: without the queues that are added for its consumers' copies.</summary>
    internal required Topology ServiceTopology { get; init; }

    internal required TopologyMode TopologyMode { get; init; }

    internal required bool FailOnTopologyFindings { get; init; }

    internal required PublisherOptions Publisher { get; init; }

    internal required IReadOnlyList<ConsumerPlan> Consumers { get; init; }

    internal required string AppId { get; init; }

    internal required TimeSpan StartupTimeout { get; init; }

    internal required TimeProvider TimeProvider { get; init; }

    internal required ILoggerFactory Loggers { get; init; }

    internal required IConfiguration? Configuration { get; init; }

    /// <summary>What was read from it.</summary>
    internal required RestartNotice RestartNotice { get; init; }

    internal required Func<TransportSettings, ITransport> Transport { get; init; }

    /// <summary>What is found in the topology, used as this plan uses it.</summary>
    internal IReadOnlyList<TopologyFinding> Lint(Version? brokerVersion) => Topology.FindingsFor(new TopologyUsage
    {
        Destinations = [.. Catalog.Types.Select(type => type.Destination).OfType<Destination>()],
        Events = [.. Catalog.Types.Select(type => type.WireName)],
        Consumers = Consumers.ToDictionary(consumer => consumer.Queue, consumer => consumer.Options.Prefetch, StringComparer.Ordinal),
        BrokerVersion = brokerVersion,
    });

    internal ITransport CreateTransport() => Transport(new TransportSettings(Publisher, AppId, TimeProvider, Loggers, Configuration));
}
