namespace TechCorp.Messaging;

/// <summary>What declaring a topology found out.</summary>
internal sealed class TopologyOutcome
{
    /// <summary>The queues that had no consumer when they were declared.</summary>
    internal List<string> Unconsumed { get; } = [];

    /// <summary>The queues that exist without a delivery limit and are used so from now on; see <see cref="DeliveryLimits.WithoutUnbounded"/>.</summary>
    internal List<string> WithoutDeliveryLimit { get; } = [];
}
