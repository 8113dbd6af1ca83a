namespace TechCorp.Messaging;

/// <summary>What declaring would do about one part of a topology.</summary>
/// <param name="Kind">What.</param>
/// <param name="Subject">To what: <c>queue 'orders.process'</c>.</param>
/// <param name="Detail">For a conflict the arguments that differ, ours and the broker's; else empty or a reason.</param>
public sealed record TopologyChange(TopologyChangeKind Kind, string Subject, string Detail = "")
{
    /// <inheritdoc/>
    public override string ToString() => Detail.Length == 0 ? $"{Kind}: {Subject}" : $"{Kind}: {Subject}: {Detail}";
}
