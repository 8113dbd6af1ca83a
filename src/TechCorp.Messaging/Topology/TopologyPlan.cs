namespace TechCorp.Messaging;

/// <summary>What declaring a topology would do to a broker, and what is harmful in it. Made by <see cref="MessageBus.PlanAsync"/>.</summary>
/// <param name="Changes">Exchanges, queues and bindings, each by name.</param>
/// <param name="Findings">See <see cref="Topology.Lint"/>.</param>
public sealed record TopologyPlan(IReadOnlyList<TopologyChange> Changes, IReadOnlyList<TopologyFinding> Findings)
{
    /// <summary>Whether declaring would be refused.</summary>
    public bool HasConflicts => Changes.Any(change => change.Kind == TopologyChangeKind.Conflict);

    /// <summary>One line for each change and each finding.</summary>
    public override string ToString()
        => string.Join('\n', Changes.Select(change => change.ToString()).Concat(Findings.Select(finding => $"{finding.Severity}: {finding}")));
}
