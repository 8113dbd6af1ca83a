using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Consumes one queue: started, paused and resumed any number of times, and stopped once.</summary>
/// <remarks>Safe for concurrent use; the steps run one after the other.</remarks>
[DebuggerDisplay("{Queue,nq}: {Status.State}")]
internal sealed class QueueConsumer : IDisposable
{
    private readonly ITransport _transport;
    private readonly ConsumerPlan _plan;
    private readonly DeliveryProcessor _processor;
    private readonly ConsumerCounters _counters;
    private readonly CopyTargets _targets;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _steps = new(1, 1);
    private readonly CancellationTokenSource _stopping = new(); // canceled: no further subscription
    private readonly CancellationTokenSource _stopBudget = new(); // canceled when the time given to a stop has passed: a running pause must not outlast it
    private readonly Lock _gate = new();
    private CancellationTokenSource? _subscribing; // guarded by _gate; the start or resume that waits for the broker
    private int _pausing; // guarded by _gate; pauses that wait or run: no subscription begins before they end
    private volatile QueueSubscription? _subscription; // changed by the step that holds _steps
    private volatile bool _paused; // changed by the step that holds _steps
    private volatile bool _starting; // changed by the step that holds _steps

    internal QueueConsumer(ITransport transport, ConsumerPlan plan, DeliveryMover mover, IsolatedRecords records, IServiceScopeFactory scopes,
        TimeProvider timeProvider, ILogger logger)
    {
        _transport = transport;
        _plan = plan;
        _targets = mover.Targets;
        _timeProvider = timeProvider;
        _logger = logger;
        _counters = new ConsumerCounters(transport, plan.Queue);
        var invoker = new HandlerInvoker(transport, plan, scopes, _counters, timeProvider, logger);
        var attempts = new AttemptRunner(plan, invoker, records, timeProvider, logger);
        _processor = new DeliveryProcessor(transport, plan, attempts, mover, _counters, timeProvider, logger);
    }

    internal string Queue => _plan.Queue;

    internal CopyTargets Targets => _targets;

    /// <summary>Whether the calling code was called by a handler of this bus, directly or through tasks.</summary>
    internal bool IsInsideHandler => HandlerFlow.IsInside(_processor.Bus);

    internal ConsumerStatus Status
    {
        get
        {
            var subscription = _subscription;
            var (waiting, running) = subscription?.Load ?? default;
            return new ConsumerStatus(Queue, StateOf(subscription, waiting + running))
            {
                StopReason = subscription?.StopReason,
                Waiting = waiting,
                Running = running,
                Overdue = _counters.Overdue,
                Received = _counters.Received,
                Acknowledged = _counters.Acknowledged,
                Retried = _counters.Retried,
                DeadLettered = _counters.DeadLettered,
                Requeued = _counters.Requeued,
                SetAside = _counters.SetAside,
                UnavailableTargets = _targets.Unavailable,
                Ignored = _counters.Ignored,
                Discarded = _counters.Discarded,
                Stale = _counters.Stale,
            };
        }
    }

    /// <summary>Starts, unless it runs or is paused. A pause meanwhile ends it.</summary>
    /// <exception cref="OperationCanceledException">The token is canceled, or the consumer is stopped.</exception>
    internal Task StartAsync(CancellationToken cancellationToken)
        => BeginAsync(token => _paused ? Task.CompletedTask : SubscribeAsync(token), cancellationToken);

    /// <summary>Starts also when it is paused, and stays paused where it cannot. A pause meanwhile ends it.</summary>
    /// <exception cref="OperationCanceledException">The token is canceled, or the consumer is stopped.</exception>
    /// <param name="subscribe">Whether to start now; otherwise the start does.</param>
    /// <param name="cancellationToken">Ends the wait for the broker.</param>
    internal Task ResumeAsync(bool subscribe, CancellationToken cancellationToken) => OrAfterTheHandler("resume", BeginAsync(
        async token =>
        {
            var paused = _paused;
            _paused = false;
            try
            {
                if (_subscription is { StopReason: not null })
                {
                    await UnsubscribeAsync(token).ConfigureAwait(false); // it does not come back by itself
                }

                await (subscribe ? SubscribeAsync(token) : Task.CompletedTask).ConfigureAwait(false);
            }
            catch
            {
                _paused = paused;
                throw;
            }
        },
        cancellationToken));

    /// <summary>Drains; when the budget has passed, running handlers' tokens are canceled. A start or resume that waits is ended. Never throws.</summary>
    internal Task PauseAsync(CancellationToken budget) => OrAfterTheHandler("pause", DrainAndPauseAsync(budget));

    private async Task DrainAndPauseAsync(CancellationToken budget)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(budget, _stopBudget.Token);
        EndSubscribing();
        await StepAsync(
            async () =>
            {
                try
                {
                    _paused = true;
                    await UnsubscribeAsync(either.Token).ConfigureAwait(false);
                }
                finally
                {
                    // Within the step: a resume that waits for its end would subscribe to nothing.
                    lock (_gate)
                    {
                        _pausing--;
                    }
                }
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Drains and starts no more; when the budget has passed, running handlers' tokens are canceled. A running step ends first: a start at once, a
    /// pause within the budget. Never throws.</summary>
    internal async Task StopAsync(CancellationToken budget)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        using var over = budget.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _stopBudget);
        await StepAsync(() => UnsubscribeAsync(budget), CancellationToken.None).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _steps.Dispose();
        _stopping.Dispose();
        _stopBudget.Dispose();
    }

    /// <summary>A handler does not wait for a step that waits for handlers, its own or one that waits for a step of its consumer: the step goes on without
    /// it.</summary>
    private Task OrAfterTheHandler(string name, Task step)
    {
        if (step.IsCompleted || !IsInsideHandler)
        {
            return step;
        }

        _ = ObserveAsync(name, step);
        return Task.CompletedTask;
    }

    private async Task ObserveAsync(string name, Task step)
    {
        try
        {
            await step.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It was canceled, or the consumer is stopped.
        }
        catch (Exception exception)
        {
            _logger.StepFailed(exception, name, Queue);
        }
    }

    private async Task StepAsync(Func<Task> step, CancellationToken cancellationToken)
    {
        await _steps.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await step().ConfigureAwait(false);
        }
        finally
        {
            _steps.Release();
        }
    }

    /// <summary>A step that subscribes; it ends with the caller's token and with the consumer.</summary>
    private async Task BeginAsync(Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        try
        {
            await StepAsync(() => step(either.Token), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var subscribing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_subscription is not null || !TryBeginSubscribing(subscribing))
        {
            return;
        }

        _starting = true;
        try
        {
            var pump = new DeliveryPump(_processor, _counters, Queue, _plan.Options.Concurrency, _logger);
            _subscription = await QueueSubscription.StartAsync(_transport, _plan, pump, _timeProvider, _logger, subscribing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A pause was requested; it runs next or later.
        }
        finally
        {
            _starting = false;
            lock (_gate)
            {
                _subscribing = null;
            }
        }
    }

    /// <returns>False when a pause was requested: no subscription begins before it.</returns>
    private bool TryBeginSubscribing(CancellationTokenSource subscribing)
    {
        lock (_gate)
        {
            _subscribing = _pausing > 0 ? null : subscribing;
            return _subscribing is not null;
        }
    }

    /// <summary>Until the pause has ended no subscription begins, and a start or resume that waits for the broker ends.</summary>
    private void EndSubscribing()
    {
        lock (_gate)
        {
            _pausing++;
            _ = _subscribing?.CancelAsync(); // under the lock, because its owner disposes it; continuations run on other threads
        }
    }

    private async Task UnsubscribeAsync(CancellationToken budget)
    {
        if (_subscription is { } subscription)
        {
            await subscription.DrainAsync(budget, _stopBudget.Token).ConfigureAwait(false);
            _subscription = null;
        }
    }

    private ConsumerState StateOf(QueueSubscription? subscription, int load)
        => subscription is null ? (_starting ? ConsumerState.Connecting : _paused ? ConsumerState.Paused : ConsumerState.Stopped)
            : _paused ? ConsumerState.Paused
            : subscription.StopReason is not null ? ConsumerState.Stopped
            : subscription.IsStalled ? ConsumerState.Stalled
            : !subscription.IsConsuming ? ConsumerState.Rebuilding
            : load > 0 ? ConsumerState.Consuming
            : ConsumerState.Idle;
}
