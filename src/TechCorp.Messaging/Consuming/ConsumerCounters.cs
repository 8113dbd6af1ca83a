namespace TechCorp.Messaging;

/// <summary>Counts what became of one queue's deliveries, for its status and for the meter. Safe for concurrent use.</summary>
internal sealed class ConsumerCounters(string system, string queue)
{
    private long _received;
    private long _acknowledged;
    private long _retried;
    private long _deadLettered;
    private long _requeued;
    private long _stale;
    private int _overdue;

    internal long Received => Volatile.Read(ref _received);

    internal long Acknowledged => Volatile.Read(ref _acknowledged);

    internal long Retried => Volatile.Read(ref _retried);

    internal long DeadLettered => Volatile.Read(ref _deadLettered);

    internal long Requeued => Volatile.Read(ref _requeued);

    internal long Stale => Volatile.Read(ref _stale);

    /// <summary>Handlers that run although their time is over.</summary>
    internal int Overdue => Math.Max(0, Volatile.Read(ref _overdue)); // a call may end before its timer has counted it

    internal void BecameOverdue() => Interlocked.Increment(ref _overdue);

    internal void EndedOverdue() => Interlocked.Decrement(ref _overdue);

    internal void CountReceived()
    {
        Interlocked.Increment(ref _received);
        MessagingMetrics.Received(system, queue);
    }

    internal void CountStale(int count = 1)
    {
        Interlocked.Add(ref _stale, count);
        MessagingMetrics.WasStale(system, queue, count);
    }

    internal void CountSettled(VerdictKind verdict)
    {
        Interlocked.Increment(ref CounterOf(verdict));
        MessagingMetrics.SettledAs(system, queue, verdict);
    }

    private ref long CounterOf(VerdictKind verdict)
    {
        switch (verdict)
        {
            case VerdictKind.Acknowledge:
                return ref _acknowledged;
            case VerdictKind.RetryAfter:
                return ref _retried;
            case VerdictKind.DeadLetter:
                return ref _deadLettered;
            default:
                return ref _requeued;
        }
    }
}
