namespace TechCorp.Messaging;

/// <summary>A delivery that waits for its handler.</summary>
/// <param name="delivery">The delivery.</param>
/// <param name="key">The ordering key; null where the order does not matter.</param>
/// <param name="arrived">When it came, as a timestamp of the clock.</param>
/// <param name="keyFault">What the ordering-key function threw; the attempt fails with it.</param>
internal sealed class QueuedDelivery(Delivery delivery, string? key, long arrived, Exception? keyFault)
{
    internal Delivery Delivery { get; } = delivery;

    internal string? Key { get; } = key;

    internal long Arrived { get; } = arrived;

    internal Exception? KeyFault { get; } = keyFault;

    /// <summary>The next in the schedule's list.</summary>
    internal QueuedDelivery? Next { get; set; }

    /// <summary>Where it came from, while it is handled. Set by <see cref="RunningDeliveries"/>, as are the two that follow.</summary>
    internal IDeliverySource? Source { get; set; }

    /// <summary>Its place among those that are handled.</summary>
    internal int Place { get; set; }

    /// <summary>Tells the redelivery that waits for it whether it was handled; null when none waits.</summary>
    internal TaskCompletionSource<bool>? Ended { get; set; }
}
