namespace TechCorp.Messaging;

/// <summary>What one channel has delivered and not settled. Guarded by the broker's lock.</summary>
/// <remarks>As in AMQP, tags belong to the channel and begin at 1 again when it is rebuilt; the generation distinguishes them.</remarks>
internal sealed class UnsettledDeliveries
{
    private readonly Dictionary<ulong, QueueEntry> _byTag = [];
    private ulong _lastTag;

    internal long Generation { get; private set; } = 1;

    internal int Count => _byTag.Count;

    internal Delivery Add(QueueEntry entry)
    {
        _byTag.Add(++_lastTag, entry);
        var message = entry.Message;
        return new Delivery
        {
            Generation = Generation,
            Tag = _lastTag,
            Body = message.Body,
            Exchange = message.Exchange,
            RoutingKey = message.RoutingKey,
            Redelivered = entry.Returns > 0,
            DeliveryCount = entry.Returns > 0 && entry.Queue.CountsDeliveries ? entry.Returns : null,
            MessageId = message.MessageId,
            Type = message.Type,
            ContentType = message.ContentType,
            CorrelationId = message.CorrelationId,
            AppId = message.AppId,
            Timestamp = message.Timestamp,
            Headers = message.Headers,
            Foreign = message.Foreign,
            BrokerDeath = message.Deaths.IsEmpty ? null : BrokerDeath.Of(message.Deaths.Select(static death => ((string?)death.Queue, (string?)death.Reason))),
        };
    }

    /// <summary>Takes a delivery out; false when it is settled already or of an old generation.</summary>
    internal bool TryTake(Delivery delivery, out QueueEntry entry)
    {
        entry = null!;
        return delivery.Generation == Generation && _byTag.Remove(delivery.Tag, out entry!);
    }

    /// <summary>Begins a new generation and hands out everything unsettled, oldest first.</summary>
    internal List<QueueEntry> Renew()
    {
        Generation++;
        _lastTag = 0;
        var entries = _byTag.OrderBy(pair => pair.Key).Select(pair => pair.Value).ToList();
        _byTag.Clear();
        return entries;
    }
}
