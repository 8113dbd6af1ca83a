using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>The events of one call, kept until the transaction that they belong to. Their ids derive from the call's key and their place.</summary>
internal sealed class SagaEvents(IOutbox outbox, string key)
{
    private readonly List<OutboxMessage> _messages = [];

    internal IReadOnlyList<OutboxMessage> Messages => _messages;

    internal void Add<T>(T payload, Destination? destination, string? aggregateType, string? aggregateId)
        where T : notnull
    {
        var id = DerivedId.From(key, "event", _messages.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        _messages.Add(outbox.ToMessage(payload, destination, aggregateType, aggregateId, id.ToString()));
    }
}
