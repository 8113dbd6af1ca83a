namespace TechCorp.Messaging;

/// <summary>What declaring a topology found out.</summary>
internal sealed class TopologyOutcome(IReadOnlyCollection<string>? knownWithoutDeliveryLimit = null)
{
    /// <summary>The queues that were found without a delivery limit before: it is asked whether they exist, because each declaration that the broker
    /// refuses costs a channel and an error in its log.</summary>
    internal IReadOnlyCollection<string> KnownWithoutDeliveryLimit { get; } = knownWithoutDeliveryLimit ?? [];

    /// <summary>The queues that had no consumer when they were declared.</summary>
    internal List<string> Unconsumed { get; } = [];

    /// <summary>The queues that exist without a delivery limit and are used as they are; see <see cref="DeliveryLimits.WithoutUnbounded"/>.</summary>
    internal List<string> WithoutDeliveryLimit { get; } = [];
}
