using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Consumes one queue: started, paused, resumed and stopped, each as often as one likes.</summary>
/// <remarks>Safe for concurrent use; the steps run one after the other.</remarks>
internal sealed class QueueConsumer : IDisposable
{
    private readonly ITransport _transport;
    private readonly ConsumerPlan _plan;
    private readonly DeliveryProcessor _processor;
    private readonly ConsumerCounters _counters;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _steps = new(1, 1);
    private volatile QueueSubscription? _subscription; // changed by the step that holds _steps
    private volatile bool _paused; // changed by the step that holds _steps
    private volatile bool _starting; // changed by the step that holds _steps

    internal QueueConsumer(ITransport transport, ConsumerPlan plan, MessagingPlan messaging, IServiceScopeFactory scopes)
    {
        _transport = transport;
        _plan = plan;
        _clock = messaging.Clock;
        _logger = messaging.Loggers.CreateLogger("TechCorp.Messaging.Consumer");
        _counters = new ConsumerCounters(plan.Queue);
        var mover = new DeliveryMover(transport, plan, new FailureCopy(plan.Queue, messaging.AppId), messaging.Publisher.Timeout, _clock, _logger);
        _processor = new DeliveryProcessor(plan, new HandlerCall(plan, scopes, _clock, _logger), mover, _counters, _logger);
    }

    internal string Queue => _plan.Queue;

    internal ConsumerStatus Status
    {
        get
        {
            var subscription = _subscription;
            var (waiting, running) = subscription?.Load ?? default;
            return new ConsumerStatus(Queue, StateOf(subscription, waiting + running))
            {
                Waiting = waiting,
                Running = running,
                Received = _counters.Received,
                Acknowledged = _counters.Acknowledged,
                Retried = _counters.Retried,
                DeadLettered = _counters.DeadLettered,
                Requeued = _counters.Requeued,
                Stale = _counters.Stale,
            };
        }
    }

    /// <summary>Starts, unless it runs or is paused.</summary>
    internal Task StartAsync(CancellationToken cancellationToken) => StepAsync(() => _paused ? Task.CompletedTask : SubscribeAsync(cancellationToken), cancellationToken);

    internal Task ResumeAsync(CancellationToken cancellationToken) => StepAsync(
        () =>
        {
            _paused = false;
            return SubscribeAsync(cancellationToken);
        },
        cancellationToken);

    internal Task PauseAsync(CancellationToken budget) => StepAsync(
        () =>
        {
            _paused = true;
            return UnsubscribeAsync(budget);
        },
        CancellationToken.None);

    /// <summary>Drains; when the budget is over, running handlers' tokens are cancelled. Never throws.</summary>
    internal Task StopAsync(CancellationToken budget) => StepAsync(() => UnsubscribeAsync(budget), CancellationToken.None);

    public void Dispose() => _steps.Dispose();

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

    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        if (_subscription is not null)
        {
            return;
        }

        _starting = true;
        try
        {
            var pump = new DeliveryPump(_processor, _counters, Queue, _plan.Options.Concurrency, _logger);
            _subscription = await QueueSubscription.StartAsync(_transport, _plan.Options, pump, _clock, _logger, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _starting = false;
        }
    }

    private async Task UnsubscribeAsync(CancellationToken budget)
    {
        if (_subscription is { } subscription)
        {
            await subscription.DrainAsync(budget).ConfigureAwait(false);
            _subscription = null;
        }
    }

    private ConsumerState StateOf(QueueSubscription? subscription, int load)
        => subscription is null ? (_starting ? ConsumerState.Connecting : _paused ? ConsumerState.Paused : ConsumerState.Stopped)
            : _paused ? ConsumerState.Paused
            : !subscription.IsConsuming ? ConsumerState.Rebuilding
            : load > 0 ? ConsumerState.Consuming
            : ConsumerState.Idle;
}
