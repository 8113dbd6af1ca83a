namespace TechCorp.Messaging;

/// <summary>The topology has findings, and <see cref="TopologyFindingsBehavior.Fail"/> was chosen. Nothing was declared.</summary>
public sealed class TopologyFindingsException : Exception
{
    /// <summary>Says what was found.</summary>
    public TopologyFindingsException(IReadOnlyList<TopologyFinding> findings)
        : base($"The topology has {findings?.Count} findings; nothing was declared. {string.Join(" ", findings ?? [])}")
        => Findings = findings ?? throw new ArgumentNullException(nameof(findings));

    /// <summary>What was found.</summary>
    public IReadOnlyList<TopologyFinding> Findings { get; }
}
