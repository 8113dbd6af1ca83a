namespace TechCorp.Messaging;

/// <summary>A look into a queue. One caller at a time.</summary>
internal interface IQueueReader : IAsyncDisposable
{
    /// <summary>The next message, held unsettled; null when the queue has no more that are ready.</summary>
    Task<Delivery?> GetAsync(CancellationToken cancellationToken);

    /// <summary>Settles a message got from this reader; false when its channel is gone and it went back to the queue.</summary>
    Task<bool> SettleAsync(Delivery delivery, Settlement settlement, CancellationToken cancellationToken);

    // Disposing gives back whatever is unsettled: one close costs one delivery of a quorum queue's limit, however many are held.
}
