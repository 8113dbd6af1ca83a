namespace TechCorp.Messaging;

/// <summary>The dead letters that one enumeration has got and not acknowledged.</summary>
internal sealed class UnacknowledgedDeadLetters(IQueueReader reader)
{
    internal int Count { get; private set; }

    internal async Task<Delivery?> GetAsync(CancellationToken cancellationToken)
    {
        var delivery = await reader.GetAsync(cancellationToken).ConfigureAwait(false);
        Count += delivery is null ? 0 : 1;
        return delivery;
    }

    /// <summary>Removes it from the dead-letter queue; false when the channel is lost and the broker has requeued it.</summary>
    internal async Task<bool> AcknowledgeAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var removed = await reader.SettleAsync(delivery, Settlement.Acknowledge, cancellationToken).ConfigureAwait(false);
        Count -= removed ? 1 : 0;
        return removed;
    }
}
