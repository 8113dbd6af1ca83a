using RabbitMQ.Client;

namespace TechCorp.Messaging;

/// <summary>Gets message after message on one channel and holds what it got unacknowledged: the broker requeues unsettled messages when it closes.</summary>
internal sealed class RabbitMqQueueReader(string queue, IChannel channel, BrokerLink link, long generation) : IQueueReader
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);
    private readonly HashSet<ulong> _held = [];

    public async Task<Delivery?> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            var got = await channel.BasicGetAsync(queue, autoAck: false, cancellationToken).ConfigureAwait(false);
            if (got is null)
            {
                return null;
            }

            _held.Add(got.DeliveryTag);
            return AmqpDelivery.Of(generation, got.DeliveryTag, got.Redelivered, got.Exchange, got.RoutingKey, got.BasicProperties, got.Body,
                AmqpDelivery.CountsAcquired(link.Connection));
        }
        catch (Exception exception) when (ConnectFailure.IsLoss(exception))
        {
            var address = link.Address;
            throw new BrokerConnectionException($"{address.Host}:{address.Port}", address.VirtualHost, address.User,
                $"the channel that reads queue '{queue}' is gone; what it held is back in the queue. Open a new reader.", exception);
        }
    }

    public async Task<bool> SettleAsync(Delivery delivery, Settlement settlement, CancellationToken cancellationToken)
    {
        if (delivery.Generation != generation || !_held.Remove(delivery.Tag) || !channel.IsOpen)
        {
            return false;
        }

        try
        {
            // No token: a settle is one frame, and one that was cut off half-way would be neither sent nor unsent.
            await WriteAsync(delivery.Tag, settlement).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            return channel.IsOpen;
        }
        catch (Exception exception) when (ConnectFailure.IsLoss(exception))
        {
            return false;
        }
    }

    private ValueTask WriteAsync(ulong tag, Settlement settlement) => settlement == Settlement.Acknowledge
        ? channel.BasicAckAsync(tag, multiple: false, CancellationToken.None)
        : channel.BasicNackAsync(tag, multiple: false, requeue: settlement == Settlement.Requeue, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await channel.CloseAsync(200, "closed", abort: true, CancellationToken.None).WaitAsync(CloseTimeout, TimeProvider.System).ConfigureAwait(false);
            await channel.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The channel is gone, and with it everything it held.
        }
    }
}
