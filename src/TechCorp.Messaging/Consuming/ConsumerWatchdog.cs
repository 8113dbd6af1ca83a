using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Notices a subscription that looks alive and gets nothing, and has it rebuilt.</summary>
/// <remarks>
/// The broker is asked only after a whole bound without a delivery while there was credit, and believed only when it says the same twice in a row:
/// a message may have come the moment before the first look. Every tenth of the bound a counter is compared, which costs nothing.
/// </remarks>
internal sealed class ConsumerWatchdog : IDisposable
{
    private const int TicksOfABound = 10;
    private const long None = 0; // generations begin at 1

    private readonly ITransport _transport;
    private readonly IDeliverySource _source;
    private readonly DeliveryPump _pump;
    private readonly ConsumerOptions _options;
    private readonly bool _takesTurns;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new();
    private readonly ITimer? _timer;
    private int _looking; // 1 while a look is under way: what follows is its own
    private long _silentSince;
    private long _received;
    private long _generation;
    private bool _suspected;
    private long _ghost; // the generation that was found to be one

    /// <param name="transport">Whom to ask.</param>
    /// <param name="source">The subscription.</param>
    /// <param name="pump">What it has delivered, and what is held of it.</param>
    /// <param name="options">The bound, the queue and its prefetch.</param>
    /// <param name="takesTurns">One consumer of the queue is served at a time: to get nothing while messages are ready is what the others are for.</param>
    /// <param name="timeProvider">Of the bound.</param>
    /// <param name="logger">Where a ghost is told.</param>
    internal ConsumerWatchdog(ITransport transport, IDeliverySource source, DeliveryPump pump, ConsumerOptions options, bool takesTurns, TimeProvider timeProvider, ILogger logger)
    {
        _transport = transport;
        _source = source;
        _pump = pump;
        _options = options;
        _takesTurns = takesTurns;
        _timeProvider = timeProvider;
        _logger = logger;
        BeginAnew(timeProvider.GetTimestamp());
        if (options.StalledConsumerTimeout is { } bound && bound != Timeout.InfiniteTimeSpan)
        {
            _timer = timeProvider.CreateTimer(static watch => _ = ((ConsumerWatchdog)watch!).TickAsync(), this, bound / TicksOfABound, bound / TicksOfABound);
        }
    }

    /// <summary>Whether the subscription was found to be a ghost and is not rebuilt yet.</summary>
    internal bool HasGhost => Volatile.Read(ref _ghost) is not None and var ghost && !(_source.IsConsuming && _source.Generation > ghost);

    public void Dispose()
    {
        _timer?.Dispose();
        _ending.Cancel();
    }

    /// <summary>One look at the counters and, when it is due, one at the broker. Never throws.</summary>
    private async Task TickAsync()
    {
        if (Interlocked.Exchange(ref _looking, 1) != 0)
        {
            return;
        }

        try
        {
            await LookAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (!_ending.IsCancellationRequested)
            {
                _logger.GhostLookFailed(exception, _options.Queue);
            }
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private async Task LookAsync()
    {
        var now = _timeProvider.GetTimestamp();
        if (!IsSilent())
        {
            BeginAnew(now);
            return;
        }

        if (!_suspected && _timeProvider.GetElapsedTime(_silentSince, now) < _options.StalledConsumerTimeout)
        {
            return;
        }

        var unserved = await IsUnservedAsync().ConfigureAwait(false);
        if (!unserved || !IsSilent() || _ending.IsCancellationRequested)
        {
            BeginAnew(now);
        }
        else if (!_suspected)
        {
            _suspected = true;
        }
        else
        {
            Volatile.Write(ref _ghost, _generation);
            _logger.GhostFound(_options.Queue, _generation, _timeProvider.GetElapsedTime(_silentSince, now));
            _source.Rebuild(_generation, "the broker does not serve this consumer");
        }
    }

    /// <summary>Nothing came since the last look, although it could have.</summary>
    private bool IsSilent()
    {
        var (waiting, running) = _pump.Load;
        return _source.IsConsuming && _source.Generation == _generation && _pump.Received == _received && waiting + running < _options.Prefetch;
    }

    private void BeginAnew(long now)
    {
        _suspected = false;
        _silentSince = now;
        _received = _pump.Received;
        _generation = _source.Generation;
    }

    private async Task<bool> IsUnservedAsync()
    {
        using var patience = new CancellationTokenSource(_options.StalledConsumerTimeout!.Value, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _ending.Token);
        var counts = await _transport.CountAsync(_options.Queue, either.Token).ConfigureAwait(false);
        return counts is null or { Consumers: 0 } || (counts is { Ready: > 0 } && !_takesTurns);
    }
}
