using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>A queue: its ready messages, its consumers and its limits. Guarded by the broker's lock.</summary>
/// <remarks>
/// Times are on the broker's clock. Whatever happens, messages that were delivered and came back stand where RabbitMQ puts them: in a classic queue in
/// their old place; in a quorum queue in front, in the order in which they came back; but before RabbitMQ 4.3 one that a consumer requeued goes to the
/// end of a quorum queue without a delivery limit (https://www.rabbitmq.com/docs/quorum-queues#repeated-requeues).
/// </remarks>
[DebuggerDisplay("{Declaration.Name,nq}")]
internal sealed class InMemoryQueue(QueueDeclaration declaration, ImitatedServer server, DeadLetterRouter deadLetters, ExpiryHorizon horizon)
{
    private readonly ReadyMessages _ready = new();
    private readonly ConsumerRotation _consumers = new(declaration.SingleActiveConsumer);
    private readonly LengthLimit _limit = new(declaration);

    internal QueueDeclaration Declaration { get; } = declaration;

    internal bool IsDeleted { get; private set; }

    /// <summary>Whether dead letters wait here until they can be delivered.</summary>
    internal bool KeepsDeadLetters { get; } = QueueArguments.Of(declaration).ContainsKey("x-dead-letter-strategy");

    /// <summary>Dead letters that no target has taken yet, oldest first. They count against the length.</summary>
    internal List<DeadLetterInTransit> UndeliveredDeadLetters { get; } = [];

    internal bool CountsDeliveries => Declaration.Kind == QueueKind.Quorum;

    internal QueueCounts Counts => new(_ready.Count, _consumers.Count);

    /// <summary>Takes a message in; false when the queue is full and refuses.</summary>
    /// <param name="message">The message.</param>
    /// <param name="now">The time.</param>
    /// <param name="arrives">When its own time to live begins; not after now.</param>
    internal bool TryAppend(StoredMessage message, TimeSpan now, TimeSpan arrives)
    {
        Expire(now);
        if (_limit.Refuses(_ready.Count + UndeliveredDeadLetters.Count))
        {
            return false;
        }

        _ready.Append(new QueueEntry(this, message, Shorter(Declaration.MessageTimeToLive, message.Expiration) is { } ttl && ttl < TimeSpan.MaxValue - arrives
            ? arrives + ttl
            : TimeSpan.MaxValue));
        Advance(now);
        return true;
    }

    internal void Attach(InMemoryConsumer consumer, TimeSpan now)
    {
        consumer.IsAttached = true;
        _consumers.Add(consumer);
        Advance(now);
    }

    internal void Detach(InMemoryConsumer consumer, TimeSpan now)
    {
        consumer.IsAttached = false;
        _consumers.Remove(consumer);
        Advance(now);
    }

    /// <summary>Takes the head out without a consumer; null when nothing is ready.</summary>
    internal QueueEntry? Take(TimeSpan now)
    {
        Expire(now);
        var entry = _ready.Count == 0 ? null : _ready.Take();
        Note();
        return entry;
    }

    internal void Settle(QueueEntry entry, Settlement settlement, TimeSpan now)
    {
        if (IsDeleted)
        {
            return;
        }

        switch (settlement)
        {
            case Settlement.Requeue:
                Return(entry, server.CountsRequeued, server.RequeuesToTheEnd(Declaration) ? _ready.Append : PutBack);
                break;
            case Settlement.Reject:
                deadLetters.Enqueue(entry, Death.Rejected);
                break;
        }

        Advance(now);
    }

    /// <summary>Takes back what a lost or closed channel held, oldest first.</summary>
    internal void TakeBack(List<QueueEntry> entries, TimeSpan now)
    {
        if (IsDeleted)
        {
            return;
        }

        entries.ForEach(entry => Return(entry, counts: true, PutBack));
        Advance(now);
    }

    /// <summary>Expires, delivers and keeps the length: what has to happen after every change.</summary>
    internal void Advance(TimeSpan now)
    {
        Expire(now);
        while (_ready.Count > 0 && _consumers.Next() is { } consumer)
        {
            consumer.Deliver(_ready.Take());
            Expire(now);
        }

        while (_limit.DropsHead(_ready.Count))
        {
            deadLetters.Enqueue(_ready.Take(), Death.MaxLength);
        }

        Note();
    }

    /// <summary>Takes note of the length and of when the head expires; those behind it wait for it, as on RabbitMQ.</summary>
    internal void Note()
    {
        _limit.Note(_ready.Count + UndeliveredDeadLetters.Count);
        if (_ready.Peek() is { } head)
        {
            horizon.Lower(head.ExpiresAt);
        }
    }

    /// <summary>Forgets its messages and hands out its consumers.</summary>
    internal List<InMemoryConsumer> Delete()
    {
        IsDeleted = true;
        UndeliveredDeadLetters.Clear();
        return _consumers.Clear();
    }

    private static TimeSpan? Shorter(TimeSpan? ofQueue, TimeSpan? ofMessage)
        => ofQueue is { } queue && ofMessage is { } message ? (queue < message ? queue : message) : ofQueue ?? ofMessage;

    private void Expire(TimeSpan now)
    {
        while (_ready.Peek() is { } head && head.ExpiresAt <= now)
        {
            deadLetters.Enqueue(_ready.Take(), Death.Expired);
        }
    }

    private void Return(QueueEntry entry, bool counts, Action<QueueEntry> place)
    {
        entry.Returns++;
        entry.CountedReturns += counts ? 1 : 0;
        if (counts && entry.CountedReturns > server.DeliveryLimitOf(Declaration))
        {
            deadLetters.Enqueue(entry, Death.DeliveryLimit);
        }
        else
        {
            place(entry);
        }
    }

    private void PutBack(QueueEntry entry)
    {
        if (Declaration.Kind == QueueKind.Quorum)
        {
            _ready.PutInFront(entry);
        }
        else
        {
            _ready.PutBack(entry);
        }
    }

    [Conditional("DEBUG")]
    internal void AssertInvariants(TimeSpan nextExpiry)
    {
        Debug.Assert(_ready.Count == 0 || !_consumers.AnyMay(), "A message is ready and a consumer has credit.");
        Debug.Assert(!_limit.DropsHead(_ready.Count), "The queue is longer than it may be.");
        Debug.Assert(_ready.Peek() is not { } head || head.ExpiresAt >= nextExpiry, "The head expires before the broker's next check.");
        Debug.Assert(KeepsDeadLetters || UndeliveredDeadLetters.Count == 0, "Only at-least-once dead-lettering keeps undelivered dead letters.");
    }
}
