namespace TechCorp.Messaging;

/// <summary>How a topology is used, as far as it is known: the more is told, the more <see cref="Topology.Lint"/> can find.</summary>
public sealed record TopologyUsage
{
    /// <summary>Where the service publishes.</summary>
    public IReadOnlyCollection<Destination> Destinations { get; init; } = [];

    /// <summary>The names of all known events, which by custom are their routing keys too.</summary>
    public IReadOnlyCollection<string> Events { get; init; } = [];

    /// <summary>The queues that are consumed, and the prefetch of each.</summary>
    public IReadOnlyDictionary<string, int> Consumers { get; init; } = new Dictionary<string, int>();

    /// <summary>The broker's version; unknown counts as before 4.0, where more is harmful.</summary>
    public Version? BrokerVersion { get; init; }
}
