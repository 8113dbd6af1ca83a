namespace TechCorp.Messaging;

/// <summary>A consumer as the broker knows it, and the loop that hands its deliveries to the sink. State guarded by the broker's lock.</summary>
/// <remarks>
/// One loop at a time: it starts when something arrives and ends when nothing is left, so the sink is called in order and never concurrently.
/// A sink that throws ends the process: the port forbids it, and to swallow it would strand the delivery in silence.
/// </remarks>
internal sealed class InMemoryConsumer(Lock gate, InMemoryConnection connection, string queue, ushort prefetch, Action<Delivery> sink) : IThreadPoolWorkItem
{
    private readonly Queue<Delivery> _arrived = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _running;

    internal InMemoryConnection Connection { get; } = connection;

    internal string Queue { get; } = queue;

    internal UnsettledDeliveries Unsettled { get; } = new();

    /// <summary>Whether a queue counts it among its consumers.</summary>
    internal bool IsAttached
    {
        get;
        set
        {
            field = value;
            if (value)
            {
                _started.TrySetResult();
            }
        }
    }

    internal bool HasCredit => Unsettled.Count < prefetch;

    /// <summary>Ends when a queue counts it among its consumers for the first time.</summary>
    internal Task Started => _started.Task;

    /// <summary>It was closed: a caller that still waits for the start is released.</summary>
    internal void GiveUpStart() => _started.TrySetCanceled(CancellationToken.None);

    /// <summary>Ends when the sink is not being called and nothing waits for it. Call under the lock, await outside.</summary>
    internal Task Idle => _running?.Task ?? Task.CompletedTask;

    internal void Deliver(QueueEntry entry)
    {
        _arrived.Enqueue(Unsettled.Add(entry));
        if (_running is null)
        {
            _running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

            // Only queued here; the sink does not run under the lock.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Its channel is gone: what was not handed to the sink never will be, what is unsettled is handed out to go back.</summary>
    internal List<QueueEntry> LoseChannel()
    {
        _arrived.Clear();
        return Unsettled.Renew();
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (TakeArrived() is { } delivery)
        {
            sink(delivery);
        }
    }

    private Delivery? TakeArrived()
    {
        lock (gate)
        {
            if (_arrived.TryDequeue(out var delivery))
            {
                return delivery;
            }

            _running!.SetResult();
            _running = null;
            return null;
        }
    }
}
