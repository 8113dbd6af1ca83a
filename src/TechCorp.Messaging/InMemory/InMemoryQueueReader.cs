namespace TechCorp.Messaging;

/// <summary>The queue reader of an <see cref="InMemoryBroker"/>.</summary>
internal sealed class InMemoryQueueReader(InMemoryBroker broker, InMemoryReader reader) : IQueueReader
{
    public Task<Delivery?> GetAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(broker.Do(reader,
            static (state, reader, now) => reader.IsLost || reader.Queue.IsDeleted ? throw Lost(reader) : state.Get(reader, now)));
    }

    public Task<bool> SettleAsync(Delivery delivery, Settlement settlement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(broker.Do(
            (reader.Unsettled, delivery, settlement),
            static (state, argument, now) => state.TrySettle(argument.Unsettled, argument.delivery, argument.settlement, now)));
    }

    public ValueTask DisposeAsync()
    {
        broker.Do(reader, static (state, reader, now) => state.Close(reader, now));
        return ValueTask.CompletedTask;
    }

    private static BrokerConnectionException Lost(InMemoryReader reader) => new(
        "in-memory", "/", "", $"the channel that reads queue '{reader.Queue.Declaration.Name}' is gone; what it held is back in the queue. Open a new reader.");
}
