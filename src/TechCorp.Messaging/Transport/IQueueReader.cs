namespace TechCorp.Messaging;

/// <summary>Reads the messages of a queue. One caller at a time.</summary>
internal interface IQueueReader : IAsyncDisposable
{
    /// <summary>The next message, held unsettled; null when the queue has no more that are ready.</summary>
    Task<Delivery?> GetAsync(CancellationToken cancellationToken);

    /// <summary>Settles a message got from this reader; false when its channel is lost and the broker has requeued it.</summary>
    Task<bool> SettleAsync(Delivery delivery, Settlement settlement, CancellationToken cancellationToken);

    // Disposing requeues unsettled messages: one close costs one delivery of a quorum queue's limit, however many are held.
}
