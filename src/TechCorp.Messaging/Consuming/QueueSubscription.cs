using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>One subscription to a queue, from its start to the end of its drain.</summary>
internal sealed class QueueSubscription
{
    /// <summary>How long handlers may run after a pause has canceled their tokens before their channel is closed; a stop waits less.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>How long the broker has for a portion of requeued deliveries.</summary>
    private static readonly TimeSpan RequeueInterval = TimeSpan.FromMilliseconds(50);

    private readonly DeliveryPump _pump;
    private readonly IDeliverySource _source;
    private readonly ConsumerWatchdog _watchdog;
    private readonly string _queue;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    private QueueSubscription(DeliveryPump pump, IDeliverySource source, ConsumerWatchdog watchdog, string queue, TimeProvider timeProvider, ILogger logger)
    {
        _pump = pump;
        _source = source;
        _watchdog = watchdog;
        _queue = queue;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    internal bool IsConsuming => _source.IsConsuming;

    /// <summary>Why the transport has stopped it; null while it has not.</summary>
    internal string? StopReason => _source.StopReason;

    /// <summary>Whether the broker did not serve it although its channel was open, and it is being rebuilt.</summary>
    internal bool IsStalled => _watchdog.IsStalled;

    internal (int Waiting, int Running) Load => _pump.Load;

    internal static async Task<QueueSubscription> StartAsync(ITransport transport, ConsumerPlan plan, DeliveryPump pump, TimeProvider timeProvider,
        ILogger logger, CancellationToken cancellationToken)
    {
        var options = plan.Options;
        try
        {
            var source = await transport.ConsumeAsync(options.Queue, (ushort)options.Prefetch, pump.Receive, cancellationToken).ConfigureAwait(false);
            pump.Attach(source);
            logger.ConsumerStarted(options.Queue, options.Prefetch, options.Concurrency);
            var watchdog = new ConsumerWatchdog(transport, source, pump, options, plan.SingleActiveConsumer, timeProvider, logger);
            return new QueueSubscription(pump, source, watchdog, options.Queue, timeProvider, logger);
        }
        catch
        {
            pump.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes no further delivery, requeues those that were not started, lets running handlers finish and settle, then closes the channel.
    /// When the budget has passed, handlers' tokens are canceled and their messages are delivered again. Never throws.
    /// </summary>
    /// <param name="budget">The time given to the pause or the stop.</param>
    /// <param name="stopBudget">Canceled when the time given to the process's stop has passed: then nothing is waited for any more.</param>
    internal async Task DrainAsync(CancellationToken budget, CancellationToken stopBudget)
    {
        _watchdog.Dispose();
        _pump.Close();
        var canceled = await CancelAtBrokerAsync(budget).ConfigureAwait(false);
        var requeued = canceled ? await RequeueUnstartedAsync(budget).ConfigureAwait(false) : 0;
        await WaitForHandlersAsync(budget, stopBudget).ConfigureAwait(false);
        requeued += canceled ? _pump.RequeueUnstarted().Requeued : 0; // after the acknowledgements of the handlers that ran
        try
        {
            using var closing = new ClosingBudget(_timeProvider, stopBudget);
            await ClosingBudget.EndsAsync(_source.DisposeAsync().AsTask(), closing.Over).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _logger.CancelFailed(exception, _queue);
        }

        _logger.ConsumerStopped(_queue, requeued);
        if (_pump.Idle.IsCompleted)
        {
            _pump.Dispose();
        }
    }

    /// <summary>Requeues in small portions while a handler runs; what is left when the last has ended is not requeued here.</summary>
    private async Task<int> RequeueUnstartedAsync(CancellationToken budget)
    {
        var requeued = 0;
        while (!_pump.Idle.IsCompleted)
        {
            var (count, more) = _pump.RequeueUnstarted();
            requeued += count;
            if (!more)
            {
                break;
            }

            await _pump.Idle.WaitAsync(RequeueInterval, _timeProvider, budget).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (budget.IsCancellationRequested)
            {
                break;
            }
        }

        return requeued;
    }

    private async Task<bool> CancelAtBrokerAsync(CancellationToken budget)
    {
        try
        {
            await _source.CancelAsync(budget).WaitAsync(budget).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            _logger.CancelFailed(exception, _queue);
            return false;
        }
    }

    private async Task WaitForHandlersAsync(CancellationToken budget, CancellationToken stopBudget)
    {
        await _pump.Idle.WaitAsync(budget).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_pump.Idle.IsCompleted)
        {
            return;
        }

        _logger.StopBudgetOver(_queue, _pump.Load.Running);
        using var closing = new ClosingBudget(_timeProvider, stopBudget);
        await Task.WhenAll(_pump.AbortAsync(), _pump.Idle).WaitAsync(Grace, _timeProvider, closing.Over)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_pump.Idle.IsCompleted)
        {
            _logger.HandlersAbandoned(_queue, _pump.Load.Running);
        }
    }
}
