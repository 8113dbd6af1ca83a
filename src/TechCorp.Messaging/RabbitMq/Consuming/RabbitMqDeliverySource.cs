using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>A subscription that outlives channels and connections: each rebuild is a new <see cref="RabbitMqConsumer"/> with the next generation.</summary>
internal sealed class RabbitMqDeliverySource : IDeliverySource
{
    private readonly ushort _prefetch;
    private readonly Action<Delivery> _sink;
    private readonly Func<BrokerLink, string, CancellationToken, Task<string>> _prepare;
    private readonly Func<BrokerLink, string, CancellationToken, Task> _restore;
    private readonly ConnectionSupervisor _supervisor;
    private readonly RabbitMqDeliverySources _siblings;
    private readonly RabbitMqOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new(); // canceled or disposed: nothing is rebuilt any more
    private readonly SemaphoreSlim _switch = new(1, 1); // held while a consumer is opened, so that a cancel meets a whole one
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LoggedCauses _causes = new();
    private readonly Task _loop;
    private volatile RabbitMqConsumer? _consumer;
    private volatile string? _refusal;
    private long _generation;

    /// <param name="queue">The queue.</param>
    /// <param name="prefetch">The most deliveries unsettled at once.</param>
    /// <param name="sink">Called for each delivery.</param>
    /// <param name="prepare">Gives the broker's name of the queue on a connection.</param>
    /// <param name="restore">Declares the queue again when it was deleted.</param>
    /// <param name="supervisor">Gives the connection.</param>
    /// <param name="siblings">The other sources of the transport.</param>
    /// <param name="options">How long to wait between attempts.</param>
    /// <param name="timeProvider">The clock of those waits.</param>
    /// <param name="logger">Where it logs.</param>
    internal RabbitMqDeliverySource(string queue, ushort prefetch, Action<Delivery> sink, Func<BrokerLink, string, CancellationToken, Task<string>> prepare,
        Func<BrokerLink, string, CancellationToken, Task> restore, ConnectionSupervisor supervisor, RabbitMqDeliverySources siblings,
        RabbitMqOptions options, TimeProvider timeProvider, ILogger logger)
    {
        Queue = queue;
        _prefetch = prefetch;
        _sink = sink;
        _prepare = prepare;
        _restore = restore;
        _supervisor = supervisor;
        _siblings = siblings;
        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
        siblings.Add(this);
        _loop = Detached.Run(RunAsync);
    }

    internal string Queue { get; }

    public long Generation => Volatile.Read(ref _generation);

    public string? StopReason => _refusal;

    public bool IsConsuming => !_ending.IsCancellationRequested && _refusal is null && _consumer is { Closed.IsCompleted: false, Channel.IsOpen: true };

    /// <summary>The current generation; null before the first.</summary>
    internal RabbitMqConsumer? Consumer => _consumer;

    /// <summary>Ends when the broker has accepted the consumer for the first time.</summary>
    internal Task StartedAsync(CancellationToken cancellationToken) => _started.Task.WaitAsync(cancellationToken);

    public bool TrySettle(Delivery delivery, Settlement settlement) => TrySettle(delivery, settlement, soon: false);

    public bool TrySettleSoon(Delivery delivery, Settlement settlement) => TrySettle(delivery, settlement, soon: true);

    public void Flush() => _consumer?.Settlements.Flush();

    public void FlushAtRest() => _consumer?.Settlements.FlushAtRest();

    public void Rebuild(long generation, string reason)
    {
        if (_consumer is { } consumer && consumer.Generation == generation)
        {
            consumer.GiveUp(reason);
        }
    }

    private bool TrySettle(Delivery delivery, Settlement settlement, bool soon)
    {
        if (_consumer is { } consumer && consumer.Generation == delivery.Generation && consumer.Settlements.TrySettle(delivery.Tag, settlement, soon))
        {
            return true;
        }

        _logger.SettleDropped(Queue, delivery.Tag, delivery.Generation);
        return false;
    }

    public async Task CancelAsync(CancellationToken cancellationToken)
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _switch.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_consumer is { } consumer)
            {
                await consumer.CancelAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _switch.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _siblings.Remove(this);
        await _ending.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _started.TrySetCanceled(CancellationToken.None);
        if (_consumer is { } consumer)
        {
            await consumer.CloseAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        var failures = 0;
        var delay = TimeSpan.Zero;
        while (!_ending.IsCancellationRequested && _refusal is null)
        {
            BrokerLink? link = null;
            try
            {
                link = await _supervisor.GetAsync(_ending.Token).ConfigureAwait(false);
                var opened = _timeProvider.GetTimestamp();
                await ConsumeAsync(link).ConfigureAwait(false);
                failures = ReconnectBackoff.IsSettled(_timeProvider.GetElapsedTime(opened), delay) ? 0 : failures + 1;
            }
            catch (Exception) when (_ending.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                failures++;
                _logger.ConsumeFailed(Queue, failures, LoggedCauses.LineOf(exception), _causes.IfNew(this, exception));
                await RestoreAsync(link).ConfigureAwait(false);
            }

            delay = ReconnectBackoff.Delay(_options.ReconnectDelay, _options.MaxReconnectDelay, Math.Max(1, failures), Random.Shared.NextDouble());
            await Task.Delay(delay, _timeProvider, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One generation, from open to lost.</summary>
    private async Task ConsumeAsync(BrokerLink link)
    {
        var consumer = await OpenAsync(link).ConfigureAwait(false);
        await Task.WhenAny(consumer.Closed, consumer.Refused).WaitAsync(_ending.Token).ConfigureAwait(false);
        if (consumer.Refused.IsCompleted)
        {
            _refusal = await consumer.Refused.ConfigureAwait(false);
            _logger.ConsumerRefused(Queue, _refusal);
            await consumer.WithdrawAsync(_ending.Token).ConfigureAwait(false);
        }

        var reason = await consumer.Closed.WaitAsync(_ending.Token).ConfigureAwait(false); // until then handlers of a refused consumer can settle
        _logger.ConsumerLost(Queue, consumer.Generation, reason);
        await consumer.CloseAsync().ConfigureAwait(false); // before the next is opened: the sink is never called by two
        await RestoreAsync(link).ConfigureAwait(false);
    }

    private async Task<RabbitMqConsumer> OpenAsync(BrokerLink link)
    {
        await _switch.WaitAsync(_ending.Token).ConfigureAwait(false);
        try
        {
            // The generation is known before the first delivery can come.
            var queue = await _prepare(link, Queue, _ending.Token).ConfigureAwait(false);
            var generation = Interlocked.Increment(ref _generation);
            var consumer = await RabbitMqConsumer.OpenAsync(link, queue, _prefetch, _options.MaxInboundMessageBodyBytes, generation, _sink,
                opened => _consumer = opened, _timeProvider, _logger, _ending.Token).ConfigureAwait(false);
            _logger.Consuming(Queue, generation);
            _causes.Succeeded(this);
            if (!_started.TrySetResult())
            {
                MessagingMetrics.Rebuilt("consumer");
            }

            return consumer;
        }
        finally
        {
            _switch.Release();
        }
    }

    /// <summary>The queue may have been deleted: it is declared again when the service's topology has it.</summary>
    private async Task RestoreAsync(BrokerLink? link)
    {
        if (link is null || link.Lost.IsCompleted)
        {
            return;
        }

        try
        {
            await _restore(link, Queue, _ending.Token).ConfigureAwait(false);
        }
        catch (Exception) when (_ending.IsCancellationRequested)
        {
            // The source is ending and needs no queue.
        }
        catch (Exception exception)
        {
            _logger.RestoreFailed(Queue, LoggedCauses.LineOf(exception), _causes.IfNew(this, exception));
        }
    }
}
