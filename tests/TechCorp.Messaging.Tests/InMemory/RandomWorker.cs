using System.Collections.Concurrent;
using System.Threading.Channels;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A consumer that acknowledges some messages, requeues others, and remembers each acknowledgement that the broker accepted.</summary>
internal sealed class RandomWorker(ConcurrentDictionary<string, int> acknowledged, int seed)
{
    private readonly Channel<Delivery> _arrived = Channel.CreateUnbounded<Delivery>();
    private int _inside;

    internal bool WasConcurrent { get; private set; }

    internal static async Task<RandomWorker> StartAsync(ITransport transport, string queue, ConcurrentDictionary<string, int> acknowledged, int seed)
    {
        var worker = new RandomWorker(acknowledged, seed);
        var source = await transport.ConsumeAsync(queue, 7, worker.Take, TestContext.Current.CancellationToken);
        _ = worker.WorkAsync(source, TestContext.Current.CancellationToken);
        return worker;
    }

    private void Take(Delivery delivery)
    {
        WasConcurrent |= Interlocked.Increment(ref _inside) > 1;
        _arrived.Writer.TryWrite(delivery);
        Interlocked.Decrement(ref _inside);
    }

    private async Task WorkAsync(IDeliverySource source, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        await foreach (var delivery in _arrived.Reader.ReadAllAsync(cancellationToken))
        {
            var settlement = random.Next(3) == 0 ? Settlement.Requeue : Settlement.Acknowledge;
            if (source.TrySettle(delivery, settlement) && settlement == Settlement.Acknowledge)
            {
                acknowledged.AddOrUpdate(delivery.Text(), 1, (_, times) => times + 1);
            }
        }
    }
}
