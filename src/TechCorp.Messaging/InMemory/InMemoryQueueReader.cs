namespace TechCorp.Messaging;

/// <summary>A look into a queue of an <see cref="InMemoryBroker"/>.</summary>
internal sealed class InMemoryQueueReader : IQueueReader
{
    private readonly InMemoryBroker _broker;
    private readonly InMemoryConnection _connection;
    private readonly string _queue;
    private readonly UnsettledDeliveries _held = new(); // guarded by the broker's gate

    internal InMemoryQueueReader(InMemoryBroker broker, InMemoryConnection connection, string queue)
    {
        _broker = broker;
        _connection = connection;
        _queue = queue;
        broker.Do(this, static (state, reader, _) => reader._connection.Readers.Add(reader._held));
    }

    public Task<Delivery?> GetAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_broker.Do(this, static (state, reader, now) => state.Get(reader._queue, reader._held, now)));
    }

    public Task<bool> SettleAsync(Delivery delivery, Settlement settlement, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_broker.Do((_held, delivery, settlement), static (state, argument, now) => state.TrySettle(argument._held, argument.delivery, argument.settlement, now)));
    }

    public ValueTask DisposeAsync()
    {
        _broker.Do(this, static (state, reader, now) =>
        {
            reader._connection.Readers.Remove(reader._held);
            return state.TakeBack(reader._held.Renew(), now);
        });
        return ValueTask.CompletedTask;
    }
}
