namespace TechCorp.Messaging;

/// <summary>Something in a topology that does harm although the broker may accept it.</summary>
/// <param name="Rule">The rule's name: <c>dead-letter-exchange-missing</c>.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Subject">What it is about: <c>queue 'orders.process'</c>.</param>
/// <param name="Harm">What happens.</param>
/// <param name="Remedy">What to do.</param>
public sealed record TopologyFinding(string Rule, TopologySeverity Severity, string Subject, string Harm, string Remedy)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Subject}: {Harm} {Remedy} [{Rule}]";
}
