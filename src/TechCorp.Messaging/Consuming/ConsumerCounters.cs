namespace TechCorp.Messaging;

/// <summary>Counts one queue's deliveries by how they were settled, for its status and for the meter. Safe for concurrent use.</summary>
internal sealed class ConsumerCounters(ITransport transport, string queue)
{
    private long _received;
    private long _acknowledged;
    private long _retried;
    private long _deadLettered;
    private long _requeued;
    private long _setAside;
    private long _ignored;
    private long _discarded;
    private long _stale;
    private int _overdue;

    internal long Received => Volatile.Read(ref _received);

    internal long Acknowledged => Volatile.Read(ref _acknowledged);

    internal long Retried => Volatile.Read(ref _retried);

    internal long DeadLettered => Volatile.Read(ref _deadLettered);

    internal long Requeued => Volatile.Read(ref _requeued);

    internal long SetAside => Volatile.Read(ref _setAside);

    internal long Ignored => Volatile.Read(ref _ignored);

    internal long Discarded => Volatile.Read(ref _discarded);

    internal long Stale => Volatile.Read(ref _stale);

    /// <summary>Handlers that still run after their deadline.</summary>
    internal int Overdue => Math.Max(0, Volatile.Read(ref _overdue)); // a call may end before its timer has counted it

    internal void BecameOverdue() => Interlocked.Increment(ref _overdue);

    internal void EndedOverdue() => Interlocked.Decrement(ref _overdue);

    internal void CountReceived()
    {
        Interlocked.Increment(ref _received);
        MessagingMetrics.Received(transport, queue);
    }

    internal void CountStale(int count = 1)
    {
        Interlocked.Add(ref _stale, count);
        MessagingMetrics.WasStale(transport.System, queue, count);
    }

    internal void CountSettled(SettlementAction action)
    {
        Interlocked.Increment(ref CounterOf(action));
        MessagingMetrics.SettledAs(transport.System, queue, TextOf(action));
    }

    private static string TextOf(SettlementAction action) => action switch
    {
        SettlementAction.Acknowledge => "acknowledged",
        SettlementAction.RetryByQueue => "retried",
        SettlementAction.DeadLetter => "dead-lettered",
        SettlementAction.SetAside => "set-aside",
        SettlementAction.Ignore => "ignored",
        SettlementAction.Discard => "discarded",
        _ => "requeued",
    };

    private ref long CounterOf(SettlementAction action)
    {
        switch (action)
        {
            case SettlementAction.Acknowledge:
                return ref _acknowledged;
            case SettlementAction.RetryByQueue:
                return ref _retried;
            case SettlementAction.DeadLetter:
                return ref _deadLettered;
            case SettlementAction.SetAside:
                return ref _setAside;
            case SettlementAction.Ignore:
                return ref _ignored;
            case SettlementAction.Discard:
                return ref _discarded;
            default:
                return ref _requeued;
        }
    }
}
