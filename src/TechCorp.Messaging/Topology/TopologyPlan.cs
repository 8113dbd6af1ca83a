namespace TechCorp.Messaging;

/// <summary>What declaring a topology would do to a broker, and what is harmful in it. Made by <see cref="MessageBus.PlanAsync"/>.</summary>
public sealed class TopologyPlan
{
    internal TopologyPlan(IReadOnlyList<TopologyChange> changes, IReadOnlyList<TopologyFinding> findings)
    {
        Changes = changes;
        Findings = findings;
    }

    /// <summary>Exchanges, queues and bindings, each by name.</summary>
    public IReadOnlyList<TopologyChange> Changes { get; }

    /// <summary>See <see cref="Topology.Lint"/>.</summary>
    public IReadOnlyList<TopologyFinding> Findings { get; }

    /// <summary>Whether declaring would be refused.</summary>
    public bool HasConflicts => Changes.Any(change => change.Kind == TopologyChangeKind.Conflict);

    /// <summary>One line for each change and each finding.</summary>
    public override string ToString()
        => string.Join('\n', Changes.Select(change => change.ToString()).Concat(Findings.Select(finding => $"{finding.Severity}: {finding}")));
}
