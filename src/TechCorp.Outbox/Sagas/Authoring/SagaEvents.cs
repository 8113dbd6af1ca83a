using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>The events of one call, kept until the transaction that its outcome is written in.</summary>
internal sealed class SagaEvents(IOutbox outbox, Func<int, string>? id = null)
{
    private readonly List<OutboxMessage> _messages = [];

    internal IReadOnlyList<OutboxMessage> Messages => _messages;

    internal void Add<T>(T payload, Destination? destination, string? aggregateType, string? aggregateId, PublishOptions? options)
        where T : notnull
        => _messages.Add(outbox.ToCheckedMessage(payload, destination, aggregateType, aggregateId, options, id?.Invoke(_messages.Count)));
}
