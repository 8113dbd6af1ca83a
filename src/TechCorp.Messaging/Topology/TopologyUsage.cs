namespace TechCorp.Messaging;

/// <summary>How a topology is used, as far as it is known; see <see cref="Topology.FindingsFor"/>.</summary>
internal sealed record TopologyUsage
{
    /// <summary>Where the service publishes.</summary>
    internal IReadOnlyCollection<Destination> Destinations { get; init; } = [];

    /// <summary>The names of all known events, which by custom are their routing keys too.</summary>
    internal IReadOnlyCollection<string> Events { get; init; } = [];

    /// <summary>The queues that are consumed, and the prefetch of each.</summary>
    internal IReadOnlyDictionary<string, int> Consumers { get; init; } = new Dictionary<string, int>();

    /// <summary>The broker's version; what any version does is found where it is not known.</summary>
    internal Version? BrokerVersion { get; init; }
}
