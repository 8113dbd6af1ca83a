namespace TechCorp.Messaging;

/// <summary>The topology could not be used: a queue or exchange differs on the broker or does not exist, or the
/// topology has findings and <c>FailOnTopologyFindings</c> was chosen.</summary>
public sealed class TopologyException : Exception
{
    /// <summary>Says what differs and what the remedies are.</summary>
    public TopologyException(string entity, string difference, string remedy, Exception? innerException = null)
        : base($"{entity} is not as declared: {difference} {remedy}", innerException)
    {
        Entity = entity;
        Difference = difference;
    }

    /// <summary>Says what was found in the topology; nothing was declared.</summary>
    public TopologyException(IReadOnlyList<TopologyFinding> findings)
        : base($"The topology has {findings?.Count} findings; nothing was declared. {string.Join(" ", findings ?? [])}")
        => Findings = findings ?? throw new ArgumentNullException(nameof(findings));

    /// <summary>The queue or exchange: <c>queue 'orders.process'</c>; empty where there are findings.</summary>
    public string Entity { get; } = "";

    /// <summary>What differs: the argument, the service's value and the broker's; empty where there are findings.</summary>
    public string Difference { get; } = "";

    /// <summary>What <see cref="Topology.Lint"/> found; empty where the broker refused.</summary>
    public IReadOnlyList<TopologyFinding> Findings { get; } = [];
}
