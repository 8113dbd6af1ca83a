using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TechCorp.Messaging;

/// <summary>One consumer on one channel: one generation of a <see cref="RabbitMqDeliverySource"/>. Never reopened.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "The semaphore's wait handle is never taken, so there is nothing to dispose of.")]
internal sealed class RabbitMqConsumer : IAsyncBasicConsumer
{
    // One at a time: only then does the callback that ends a cancel come after the last delivery.
    private static readonly CreateChannelOptions ChannelOptions = new(publisherConfirmationsEnabled: false, publisherConfirmationTrackingEnabled: false, null,
        consumerDispatchConcurrency: 1);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _unregistered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sinkTurn = new(1, 1);
    private readonly List<ulong> _kept = []; // guarded by _sinkTurn; deliveries from the refused one on, until the consumer is canceled
    private readonly string _queue;
    private readonly int _maxBodyBytes;
    private readonly Action<Delivery> _sink;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly bool _countsAcquired;
    private bool _muted; // guarded by _sinkTurn
    private string _tag = "";

    private RabbitMqConsumer(IChannel channel, bool countsAcquired, string queue, ushort prefetch, int maxBodyBytes, long generation,
        Action<Delivery> sink, TimeProvider timeProvider, ILogger logger)
    {
        Channel = channel;
        _countsAcquired = countsAcquired;
        Generation = generation;
        _queue = queue;
        _maxBodyBytes = maxBodyBytes;
        _sink = sink;
        _timeProvider = timeProvider;
        _logger = logger;
        Settlements = new RabbitMqSettleWriter(channel, prefetch, _closed.Task, GiveUp, timeProvider);
    }

    public IChannel Channel { get; }

    internal long Generation { get; }

    /// <summary>Ends, with the reason, when no more deliveries will come: channel or connection gone, or canceled by the broker.</summary>
    internal Task<string> Closed => _closed.Task;

    /// <summary>Ends, with the reason, when a message came that is larger than a consumer may take. Nothing more reaches the sink; what it has can
    /// still be settled.</summary>
    internal Task<string> Refused => _refused.Task;

    /// <summary>The way back to the broker for the deliveries of this channel.</summary>
    internal RabbitMqSettleWriter Settlements { get; }

    internal static async Task<RabbitMqConsumer> OpenAsync(BrokerLink link, string queue, ushort prefetch, int maxBodyBytes, long generation,
        Action<Delivery> sink, Action<RabbitMqConsumer> opened, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken)
    {
        var channel = await link.Connection.CreateChannelAsync(ChannelOptions, cancellationToken).ConfigureAwait(false);
        var countsAcquired = AmqpDelivery.CountsAcquired(link.Connection);
        var consumer = new RabbitMqConsumer(channel, countsAcquired, queue, prefetch, maxBodyBytes, generation, sink, timeProvider, logger);
        opened(consumer); // before the first delivery, which may be settled at once
        channel.ChannelShutdownAsync += consumer.HandleChannelShutdownAsync;
        try
        {
            await channel.BasicQosAsync(0, prefetch, global: false, cancellationToken).ConfigureAwait(false);
            consumer._tag = await channel.BasicConsumeAsync(queue, autoAck: false, consumerTag: "", noLocal: false, exclusive: false, arguments: null, consumer,
                cancellationToken).ConfigureAwait(false);
            return consumer;
        }
        catch (Exception)
        {
            await consumer.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives the consumer up although its channel is open; the source opens the next.</summary>
    internal void GiveUp(string reason) => _closed.TrySetResult(reason);

    /// <summary>Cancels the consumer at the broker, and waits until the last delivery that was on its way has passed the sink.</summary>
    internal async Task CancelAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_closed.Task.IsCompleted && !_unregistered.Task.IsCompleted)
            {
                await Channel.BasicCancelAsync(_tag, noWait: false, cancellationToken).ConfigureAwait(false);
                await Task.WhenAny(_unregistered.Task, _closed.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (ConnectFailure.IsLoss(exception))
        {
            // The channel was lost meanwhile: no delivery comes any more either.
        }
        finally
        {
            await MuteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>After <see cref="Refused"/>: cancels the consumer at the broker, then requeues the refused message and what came after it. In this order,
    /// or they would be delivered here again.</summary>
    internal async Task WithdrawAsync(CancellationToken cancellationToken)
    {
        Settlements.Flush(); // not behind what is requeued
        await CancelAsync(cancellationToken).ConfigureAwait(false);
        _kept.ForEach(tag => Settlements.TrySettle(tag, Settlement.Requeue));
    }

    /// <summary>Gives the sink no more deliveries, writes the settlements that have gathered, and closes the channel: the broker
    /// requeues unsettled deliveries.</summary>
    internal async Task CloseAsync()
    {
        await MuteAsync().ConfigureAwait(false);
        await Settlements.DisposeAsync().ConfigureAwait(false);
        await ClosingStep.TryAsync(Settlements.DrainAsync, CloseTimeout, _timeProvider).ConfigureAwait(false);
        await ClosingStep.TryAsync(() => Channel.CloseAsync(200, "closed", abort: true, CancellationToken.None), CloseTimeout, _timeProvider)
            .ConfigureAwait(false);
        await ClosingStep.TryAsync(() => Channel.DisposeAsync().AsTask(), CloseTimeout, _timeProvider).ConfigureAwait(false);
        _closed.TrySetResult("closed by the transport");
    }

    public async Task HandleBasicDeliverAsync(string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        await _sinkTurn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_muted)
            {
                return; // unsettled: the broker requeues it when the channel closes
            }

            Settlements.Delivered(deliveryTag);
            if (body.Length > _maxBodyBytes || _kept.Count > 0)
            {
                _kept.Add(deliveryTag);
                _refused.TrySetResult($"a message of {body.Length} bytes is larger than {nameof(RabbitMqOptions.MaxInboundMessageBodyBytes)} "
                    + $"({_maxBodyBytes})");
                return;
            }

            _sink(AmqpDelivery.Of(Generation, deliveryTag, redelivered, exchange, routingKey, properties, body, _countsAcquired));
        }
        catch (Exception exception)
        {
            _logger.SinkFailed(_queue, exception);
            Settlements.TrySettle(deliveryTag, Settlement.Requeue);
        }
        finally
        {
            _sinkTurn.Release();
        }
    }

    public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        _closed.TrySetResult("the broker canceled the consumer; the queue was deleted, or its node is down");
        return Task.CompletedTask;
    }

    public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        _unregistered.TrySetResult();
        return Task.CompletedTask;
    }

    public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        _closed.TrySetResult($"{reason.ReplyCode}: {reason.ReplyText}");
        return Task.CompletedTask;
    }

    private async Task MuteAsync()
    {
        await _sinkTurn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _muted = true;
        _sinkTurn.Release();
    }
}
