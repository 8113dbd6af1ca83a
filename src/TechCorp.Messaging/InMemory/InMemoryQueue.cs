namespace TechCorp.Messaging;

/// <summary>A queue: its ready messages, its consumers and its limits. Guarded by the broker's gate.</summary>
/// <remarks>Times are on the broker's clock. Dead letters are handed to <paramref name="bury"/>, which only takes them down: it never calls back.</remarks>
internal sealed class InMemoryQueue(QueueDeclaration declaration, Action<QueueEntry, string> bury)
{
    private readonly ReadyMessages _ready = new();
    private readonly ConsumerRotation _consumers = new(declaration.SingleActiveConsumer);
    private bool _deleted;

    internal QueueDeclaration Declaration { get; } = declaration;

    internal bool CountsDeliveries => Declaration.Kind == QueueKind.Quorum;

    internal QueueCounts Counts => new(_ready.Count, _consumers.Count);

    /// <summary>When the message at the head expires. Those behind it wait for it, as on the real broker.</summary>
    internal TimeSpan NextExpiry => Declaration.MessageTimeToLive is null ? TimeSpan.MaxValue : _ready.Peek()?.ExpiresAt ?? TimeSpan.MaxValue;

    /// <summary>Takes a message in; false when the queue is full and refuses.</summary>
    internal bool TryAppend(StoredMessage message, TimeSpan now)
    {
        Expire(now);
        if (Declaration is { Overflow: QueueOverflow.RejectPublish, MaxLength: { } most } && _ready.Count >= most)
        {
            return false;
        }

        _ready.Append(new QueueEntry(this, message, Declaration.MessageTimeToLive is { } ttl ? now + ttl : TimeSpan.MaxValue));
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
        return _ready.Count == 0 ? null : _ready.Take();
    }

    internal void Settle(QueueEntry entry, Settlement settlement, TimeSpan now)
    {
        if (_deleted)
        {
            return;
        }

        switch (settlement)
        {
            case Settlement.Requeue:
                Return(entry, Declaration.Kind == QueueKind.Quorum && Declaration.DeliveryLimit is null ? _ready.Append : PutBack);
                break;
            case Settlement.Reject:
                bury(entry, Death.Rejected);
                break;
        }

        Advance(now);
    }

    /// <summary>Takes back what a lost or closed channel held, oldest first.</summary>
    internal void TakeBack(List<QueueEntry> entries, TimeSpan now)
    {
        if (_deleted)
        {
            return;
        }

        entries.ForEach(entry => Return(entry, PutBack));
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

        while (Declaration is { Overflow: QueueOverflow.DropHead, MaxLength: { } most } && _ready.Count > most)
        {
            bury(_ready.Take(), Death.MaxLength);
        }
    }

    /// <summary>Forgets its messages and hands out its consumers.</summary>
    internal List<InMemoryConsumer> Delete()
    {
        _deleted = true;
        return _consumers.Clear();
    }

    private void Expire(TimeSpan now)
    {
        while (_ready.Peek() is { } head && head.ExpiresAt <= now)
        {
            bury(_ready.Take(), Death.Expired);
        }
    }

    private void Return(QueueEntry entry, Action<QueueEntry> place)
    {
        entry.Returns++;
        if (CountsDeliveries && entry.Returns > Declaration.DeliveryLimit)
        {
            bury(entry, Death.DeliveryLimit);
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
}
