namespace TechCorp.Messaging;

/// <summary>The dead letters that one walk holds: got, and not acknowledged.</summary>
internal sealed class UnacknowledgedDeadLetters(IQueueReader reader)
{
    internal int Count { get; private set; }

    internal async Task<Delivery?> GetAsync(CancellationToken cancellationToken)
    {
        var delivery = await reader.GetAsync(cancellationToken).ConfigureAwait(false);
        Count += delivery is null ? 0 : 1;
        return delivery;
    }

    /// <summary>Takes it out of the dead letters for good; false when the channel is gone and it is back among them.</summary>
    internal async Task<bool> AcknowledgeAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var gone = await reader.SettleAsync(delivery, Settlement.Acknowledge, cancellationToken).ConfigureAwait(false);
        Count -= gone ? 1 : 0;
        return gone;
    }
}
