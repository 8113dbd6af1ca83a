using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Finds a stalled consumer, whose channel is open and which the broker does not serve, and has it rebuilt.</summary>
/// <remarks>
/// The broker is asked only after <see cref="ConsumerOptions.StalledConsumerTimeout"/> without a delivery while there was credit, and its
/// answer counts only when it is the
/// same twice in a row: a message may have come the moment before the first check. A counter is compared every tenth of the timeout, which costs nothing.
/// </remarks>
internal sealed class ConsumerWatchdog : IDisposable
{
    private const int ChecksPerTimeout = 10;
    private const long None = 0; // generations begin at 1

    private readonly ITransport _transport;
    private readonly IDeliverySource _source;
    private readonly DeliveryPump _pump;
    private readonly ConsumerOptions _options;
    private readonly bool _singleActiveConsumer;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new();
    private readonly ITimer? _timer;
    private int _checking; // 1 while a check runs, which alone uses the fields that follow
    private long _silentSince;
    private long _received;
    private long _generation;
    private bool _unservedOnce;
    private long _stalledGeneration; // the last that was found to be stalled

    /// <param name="transport">The broker that is asked.</param>
    /// <param name="source">The subscription.</param>
    /// <param name="pump">Counts what was delivered and is held.</param>
    /// <param name="options">The timeout, the queue and its prefetch.</param>
    /// <param name="singleActiveConsumer">The broker serves one consumer of the queue at a time: to get nothing while messages
    /// are ready is normal for the others.</param>
    /// <param name="timeProvider">The clock of the timeout.</param>
    /// <param name="logger">Where a stalled consumer is reported.</param>
    internal ConsumerWatchdog(ITransport transport, IDeliverySource source, DeliveryPump pump, ConsumerOptions options, bool singleActiveConsumer,
        TimeProvider timeProvider, ILogger logger)
    {
        _transport = transport;
        _source = source;
        _pump = pump;
        _options = options;
        _singleActiveConsumer = singleActiveConsumer;
        _timeProvider = timeProvider;
        _logger = logger;
        Restart(timeProvider.GetTimestamp());
        if (options.StalledConsumerTimeout is { } timeout && timeout != Timeout.InfiniteTimeSpan)
        {
            _timer = timeProvider.CreateTimer(static watchdog => _ = ((ConsumerWatchdog)watchdog!).TickAsync(), this, timeout / ChecksPerTimeout,
                timeout / ChecksPerTimeout);
        }
    }

    /// <summary>Whether the consumer was found to be stalled and is not rebuilt yet.</summary>
    internal bool IsStalled => Volatile.Read(ref _stalledGeneration) is not None and var stalled && !(_source.IsConsuming && _source.Generation > stalled);

    public void Dispose()
    {
        _timer?.Dispose();
        _ending.Cancel();
    }

    /// <summary>Compares the counters and, when it is due, asks the broker. Never throws.</summary>
    private async Task TickAsync()
    {
        if (Interlocked.Exchange(ref _checking, 1) != 0)
        {
            return;
        }

        try
        {
            await CheckAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (!_ending.IsCancellationRequested)
            {
                _logger.StalledCheckFailed(exception, _options.Queue);
            }
        }
        finally
        {
            Volatile.Write(ref _checking, 0);
        }
    }

    private async Task CheckAsync()
    {
        var now = _timeProvider.GetTimestamp();
        if (!IsSilent())
        {
            Restart(now);
            return;
        }

        if (!_unservedOnce && _timeProvider.GetElapsedTime(_silentSince, now) < _options.StalledConsumerTimeout)
        {
            return;
        }

        var unserved = await IsUnservedAsync().ConfigureAwait(false);
        if (!unserved || !IsSilent() || _ending.IsCancellationRequested)
        {
            Restart(now);
        }
        else if (!_unservedOnce)
        {
            _unservedOnce = true;
        }
        else
        {
            Volatile.Write(ref _stalledGeneration, _generation);
            _logger.ConsumerStalled(_options.Queue, _generation, _timeProvider.GetElapsedTime(_silentSince, now));
            _source.Rebuild(_generation, "the broker does not serve this consumer");
        }
    }

    /// <summary>Whether no delivery came since the last check although there was credit.</summary>
    private bool IsSilent()
    {
        var (waiting, running) = _pump.Load;
        return _source.IsConsuming && _source.Generation == _generation && _pump.Received == _received && waiting + running < _options.Prefetch;
    }

    private void Restart(long now)
    {
        _unservedOnce = false;
        _silentSince = now;
        _received = _pump.Received;
        _generation = _source.Generation;
    }

    private async Task<bool> IsUnservedAsync()
    {
        using var timeout = new CancellationTokenSource(_options.StalledConsumerTimeout!.Value, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _ending.Token);
        var counts = await _transport.CountAsync(_options.Queue, either.Token).ConfigureAwait(false);
        return counts is null or { Consumers: 0 } || (counts is { Ready: > 0 } && !_singleActiveConsumer);
    }
}
