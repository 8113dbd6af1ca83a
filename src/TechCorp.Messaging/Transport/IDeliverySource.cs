namespace TechCorp.Messaging;

/// <summary>A running subscription to one queue.</summary>
internal interface IDeliverySource : IAsyncDisposable
{
    /// <summary>Grows by one whenever the channel is rebuilt.</summary>
    long Generation { get; }

    /// <summary>Whether a channel is open and the broker knows the consumer.</summary>
    bool IsConsuming { get; }

    /// <summary>Tells the broker; false, and nothing on the wire, when the delivery is of an old generation or settled already. Never throws.</summary>
    bool TrySettle(Delivery delivery, Settlement settlement);

    /// <summary>As <see cref="TrySettle"/>, but the broker may be told a little later, together with others: at the next <see cref="Flush"/>, or when enough has gathered.</summary>
    bool TrySettleSoon(Delivery delivery, Settlement settlement) => TrySettle(delivery, settlement);

    /// <summary>Tells the broker what has gathered.</summary>
    void Flush()
    {
    }

    /// <summary>Gives this generation up although it looks alive: its channel is closed, what was unsettled goes back, and the next is opened. Where there is no channel that could deceive, nothing happens.</summary>
    void Rebuild(long generation, string reason)
    {
    }

    /// <summary>Asks the broker for no more; when it returns the sink will not be called again, and settling still works.</summary>
    Task CancelAsync(CancellationToken cancellationToken);

    // Disposing closes the channel: what is unsettled goes back to the queue.
}
