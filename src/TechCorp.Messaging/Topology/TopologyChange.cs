namespace TechCorp.Messaging;

/// <summary>What declaring would do about one part of a topology.</summary>
/// <param name="Kind">What.</param>
/// <param name="Subject">To what: <c>queue 'orders.process'</c>.</param>
/// <param name="Detail">For a conflict the arguments that differ, ours and the broker's; else empty or a reason.</param>
public sealed record TopologyChange(TopologyChangeKind Kind, string Subject, string Detail = "")
{
    /// <summary>The reason of a dead-letter or retry queue that is used although it has no delivery limit.</summary>
    internal const string WithoutDeliveryLimit = "it has no 'x-delivery-limit'; from RabbitMQ 4.0 on a policy has to give it one.";

    /// <inheritdoc/>
    public override string ToString() => Detail.Length == 0 ? $"{Kind}: {Subject}" : $"{Kind}: {Subject}: {Detail}";
}
