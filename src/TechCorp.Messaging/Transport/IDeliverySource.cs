namespace TechCorp.Messaging;

/// <summary>A running subscription to one queue.</summary>
internal interface IDeliverySource : IAsyncDisposable
{
    /// <summary>Grows by one whenever the channel is rebuilt.</summary>
    long Generation { get; }

    /// <summary>Whether a channel is open and the broker knows the consumer.</summary>
    bool IsConsuming { get; }

    /// <summary>Why it has stopped by itself and comes back by no rebuild; null while it has not.</summary>
    string? StopReason => null;

    /// <summary>Settles at the broker; false, and nothing on the wire, when the delivery is of an old generation or settled already. Never throws.</summary>
    bool TrySettle(Delivery delivery, Settlement settlement);

    /// <summary>As <see cref="TrySettle"/>, but the settlement may be sent a little later, together with others: at the next
    /// <see cref="Flush"/>, when enough have gathered, or after a few milliseconds.</summary>
    bool TrySettleSoon(Delivery delivery, Settlement settlement) => TrySettle(delivery, settlement);

    /// <summary>Sends the settlements that have gathered.</summary>
    void Flush()
    {
    }

    /// <summary>Nothing is left to handle: sends the settlements that have gathered if the broker may be waiting for them before it delivers more. The
    /// others may go on gathering.</summary>
    void FlushAtRest() => Flush();

    /// <summary>Gives this generation up although its channel is open: the channel is closed, unsettled deliveries are requeued, and the next is opened. A
    /// transport without channels does nothing.</summary>
    void Rebuild(long generation, string reason)
    {
    }

    /// <summary>Cancels the consumer at the broker; when it returns the sink is not called again, and settling still works.</summary>
    Task CancelAsync(CancellationToken cancellationToken);

    // Disposing closes the channel: the broker requeues unsettled deliveries.
}
