using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.Load;

/// <summary>RabbitMQ.Client with its automatic recovery, tracked confirms, and the loop that a careful service writes: it sends the same message until it is
/// confirmed or its deadline has passed.</summary>
internal sealed class RawLedgerSide : ILedgerSide
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly IConnection _publishing;
    private readonly IConnection _consuming;
    private readonly IChannel _publisher;
    private readonly IChannel _consumer;
    private readonly string _queue;
    private readonly MessageLedger _ledger;
    private readonly TimeSpan _deadline;

    private RawLedgerSide(IConnection publishing, IConnection consuming, IChannel publisher, IChannel consumer, string queue, MessageLedger ledger,
        TimeSpan deadline)
    {
        _publishing = publishing;
        _consuming = consuming;
        _publisher = publisher;
        _consumer = consumer;
        _queue = queue;
        _ledger = ledger;
        _deadline = deadline;
    }

    internal static async Task<RawLedgerSide> StartAsync(Uri server, LoadQueue queue, MessageLedger ledger, int prefetch, TimeSpan heartbeat, TimeSpan deadline)
    {
        var factory = new ConnectionFactory
        {
            Uri = server,
            RequestedHeartbeat = heartbeat,
            AutomaticRecoveryEnabled = true,
            TopologyRecoveryEnabled = true,
            NetworkRecoveryInterval = Pause,
        };
        var publishing = await factory.CreateConnectionAsync("load raw publishing");
        var consuming = await factory.CreateConnectionAsync("load raw consuming");
        var confirms = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true,
            outstandingPublisherConfirmationsRateLimiter: null, consumerDispatchConcurrency: null);
        var side = new RawLedgerSide(publishing, consuming, await publishing.CreateChannelAsync(confirms), await consuming.CreateChannelAsync(), queue.Name,
            ledger, deadline);
        await side._consumer.BasicQosAsync(0, (ushort)prefetch, global: false);
        var consumer = new AsyncEventingBasicConsumer(side._consumer);
        consumer.ReceivedAsync += side.HandleAsync;
        await side._consumer.BasicConsumeAsync(queue.Name, autoAck: false, consumer);
        return side;
    }

    public async Task<bool> SendAsync(int sender, int number)
    {
        var started = TimeProvider.System.GetTimestamp();
        var body = JsonSerializer.SerializeToUtf8Bytes(LedgerNumber.Event(sender, number), LoadJson.Default.LoadEvent);
        var properties = new BasicProperties { MessageId = Guid.CreateVersion7().ToString(), Type = "load.event", DeliveryMode = DeliveryModes.Persistent };
        while (_deadline - TimeProvider.System.GetElapsedTime(started) is { Ticks: > 0 } left)
        {
            try
            {
                using var time = new CancellationTokenSource(left, TimeProvider.System);
                await _publisher.BasicPublishAsync("", _queue, mandatory: true, properties, body, time.Token);
                return true;
            }
            catch (Exception)
            {
                await Task.Delay(Pause, TimeProvider.System); // lost, refused or closed: a service can only try again
            }
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable[] { _publisher, _consumer, _publishing, _consuming })
        {
            try
            {
                await part.DisposeAsync();
            }
            catch (Exception)
            {
                // The faults may have left the connection in any state; it is closed in any case.
            }
        }
    }

    private async Task HandleAsync(object sender, BasicDeliverEventArgs delivery)
    {
        var (who, number) = LedgerNumber.Of(JsonSerializer.Deserialize(delivery.Body.Span, LoadJson.Default.LoadEvent)!);
        _ledger.Receive(who, number);
        try
        {
            await _consumer.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        }
        catch (Exception)
        {
            // The channel is closed; the broker redelivers the message.
        }
    }
}
