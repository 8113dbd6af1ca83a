namespace TechCorp.Messaging;

public sealed partial class Topology
{
    /// <summary>What in this topology does harm although the broker may accept it, the worst first. Pure: asks no broker.</summary>
    /// <param name="usage">How it is used, as far as it is known.</param>
    public IReadOnlyList<TopologyFinding> Lint(TopologyUsage? usage = null)
    {
        var context = new LintContext(this, usage ?? new TopologyUsage());
        return
        [
            .. QueueRules.All.Concat(DeadLetterRules.All).Concat(BindingRules.All)
                .SelectMany(rule => rule(context))
                .OrderByDescending(finding => finding.Severity)
                .ThenBy(finding => finding.Subject, StringComparer.Ordinal)
                .ThenBy(finding => finding.Rule, StringComparer.Ordinal),
        ];
    }
}
