namespace TechCorp.Messaging;

/// <summary>A subscription to a queue of an <see cref="InMemoryBroker"/>, as its owner holds it.</summary>
internal sealed class InMemoryDeliverySource(InMemoryBroker broker, InMemoryConsumer consumer) : IDeliverySource
{
    public long Generation => broker.Do(consumer, static (_, consumer, _) => consumer.Unsettled.Generation);

    public bool IsConsuming => broker.Do(consumer, static (_, consumer, _) => consumer.IsAttached);

    public bool TrySettle(Delivery delivery, Settlement settlement)
        => broker.Do((consumer.Unsettled, delivery, settlement),
            static (state, argument, now) => state.TrySettle(argument.Unsettled, argument.delivery, argument.settlement, now));

    public Task CancelAsync(CancellationToken cancellationToken)
        => broker.Do(consumer, static (state, consumer, now) => state.Consumers.Cancel(consumer, now)).WaitAsync(cancellationToken);

    /// <summary>Gives back what is unsettled and waits until the sink has returned; a sink must not wait for it.</summary>
    public async ValueTask DisposeAsync()
        => await broker.Do(consumer, static (state, consumer, now) => state.Close(consumer, now)).ConfigureAwait(false);
}
