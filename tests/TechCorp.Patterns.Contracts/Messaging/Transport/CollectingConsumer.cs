using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>A consumer that remembers what it was given, and whether it was ever given two at once.</summary>
internal sealed class CollectingConsumer
{
    private readonly Lock _gate = new();
    private readonly List<Delivery> _deliveries = []; // guarded by _gate
    private int _inside;

    internal IDeliverySource Source { get; set; } = null!;

    internal bool WasConcurrent { get; private set; }

    internal IReadOnlyList<Delivery> Deliveries
    {
        get
        {
            lock (_gate)
            {
                return [.. _deliveries];
            }
        }
    }

    internal string[] Texts => [.. Deliveries.Select(delivery => delivery.Text())];

    internal void Take(Delivery delivery)
    {
        WasConcurrent |= Interlocked.Increment(ref _inside) > 1;
        lock (_gate)
        {
            _deliveries.Add(delivery);
        }

        Interlocked.Decrement(ref _inside);
    }

    /// <summary>Everything so far, once it is at least this many.</summary>
    internal async Task<IReadOnlyList<Delivery>> ReceivesAsync(int count)
    {
        await Eventually.Holds(() => Deliveries.Count >= count, $"{count} messages arrive");
        return Deliveries;
    }

    internal bool Settle(int index, Settlement settlement = Settlement.Acknowledge) => Source.TrySettle(Deliveries[index], settlement);
}
