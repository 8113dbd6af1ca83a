using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TechCorp.Messaging;

/// <summary>One running instance: transport, publisher, consumers, dead letters. Started and stopped in four steps so that others can run between.</summary>
/// <remarks>Each step may be called twice, and stopping without a start is harmless. The steps are called one after the other, by one host.</remarks>
internal sealed class MessagingRuntime : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    internal static readonly TimeSpan TargetCheckInterval = TimeSpan.FromSeconds(4); // a deleted dead-letter queue is declared again within 5 s

    private readonly ITransport _transport;
    private readonly QueueConsumer[] _consumers;
    private readonly DelayLadders _ladders;
    private readonly HostGate _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly IServiceScopeFactory _scopes;
    private readonly ILogger _logger;
    private Task? _connecting;
    private Task? _background;
    private Task _stoppingWithoutCaller = Task.CompletedTask;
    private Task? _watching;
    private bool _disposed;

    internal MessagingRuntime(MessagingPlan plan, IServiceScopeFactory scopes)
    {
        Plan = plan;
        _scopes = scopes;
        _logger = plan.Loggers.CreateLogger("TechCorp.Messaging.Host");
        _transport = plan.CreateTransport();
        PublishGauges.Add(_transport);
        _consumers = [.. plan.Consumers.Select(consumer => ConsumerOf(consumer, scopes))];
        var publisher = new MessagePublisher(_transport, plan.Catalog, plan.Publisher, plan.AppId, plan.TimeProvider, plan.TopologyMode, _gate);
        (Publisher, _ladders) = (publisher, publisher.Ladders);
        Consumers = new MessageConsumers(_consumers, _gate);
        var sources = new DeadLetterSources(_transport, plan.Topology, plan.TopologyMode,
            [.. plan.Consumers.Where(consumer => consumer.DeadLetters is not null).Select(consumer => consumer.Queue)]);
        DeadLetters = new DeadLetterQueues(_transport, sources, plan.Publisher.Timeout, plan.TimeProvider, _gate);
    }

    internal MessagingPlan Plan { get; }

    internal IMessagePublisher Publisher { get; }

    internal MessageConsumers Consumers { get; }

    internal DeadLetterQueues DeadLetters { get; }

    /// <summary>What the transport calls itself; without credentials.</summary>
    internal string Broker => _transport.Name;

    /// <summary>How the connection stands; connecting until the topology is declared for the first time.</summary>
    internal TransportState ConnectionState
        => _connecting is { IsCompletedSuccessfully: true } || _transport.State < TransportState.Connected ? _transport.State : TransportState.Connecting;

    /// <summary>Connects and declares the topology; after the timeout, it goes on in the background.</summary>
    internal async Task ConnectAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _gate.Start();
        Plan.RestartNotice.Follow(_logger.NeedsRestart);
        _connecting ??= ConnectAsync(_stopping.Token);
        try
        {
            await _connecting.WaitAsync(timeout, Plan.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!_connecting.IsCompleted)
        {
            _logger.ConnectingInBackground(Broker, timeout);
        }
    }

    /// <summary>Makes each handler once and gives it back, so that one that cannot be made fails the start and not the messages.</summary>
    /// <exception cref="OptionsValidationException">A handler cannot be made; all that cannot are named.</exception>
    internal Task CheckHandlersAsync() => HandlerCheck.RunAsync(Plan, _scopes);

    /// <summary>Starts the consumers, last of all; those that cannot start within the timeout start in the background, as soon as they can.</summary>
    internal async Task StartConsumersAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _watching ??= WatchTargetsAsync(_stopping.Token);
        if (_connecting is { IsCompleted: false })
        {
            _background ??= StartInBackgroundAsync(_stopping.Token);
            return;
        }

        await (_connecting ??= ConnectAsync(_stopping.Token)).ConfigureAwait(false);
        var subscribing = SubscribeAsync(_stopping.Token);
        try
        {
            await subscribing.WaitAsync(timeout, Plan.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!subscribing.IsCompleted)
        {
            _logger.SubscribingInBackground(Broker, timeout);
            _background ??= StartInBackgroundAsync(_stopping.Token);
        }
    }

    /// <summary>Drains the consumers, first of all. When the time given to the stop has passed, running handlers' tokens are canceled. Never throws. A handler
    /// of one of them does not wait for it, because the drain waits for the handler: the step goes on without it, as do those that follow.</summary>
    internal Task StopConsumersAsync(CancellationToken budget) => OrWithoutCaller(() => DrainConsumersAsync(budget));

    private async Task DrainConsumersAsync(CancellationToken budget)
    {
        if (_disposed)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_background ?? Task.CompletedTask, _watching ?? Task.CompletedTask).WaitAsync(budget)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_consumers.Select(consumer => consumer.StopAsync(budget))).ConfigureAwait(false);
    }

    /// <summary>Waits for confirms and closes the connection, last of all.</summary>
    internal Task DisconnectAsync(CancellationToken budget)
        => OrWithoutCaller(() => StopTransportAsync(budget));

    /// <summary>Stops within the budget, and frees everything.</summary>
    internal ValueTask EndAsync(TimeSpan stopBudget) => new(OrWithoutCaller(async () =>
    {
        using var budget = new CancellationTokenSource(stopBudget, Plan.TimeProvider);
        await DrainConsumersAsync(budget.Token).ConfigureAwait(false);
        await StopTransportAsync(budget.Token).ConfigureAwait(false);
        await FreeAsync().ConfigureAwait(false);
    }));

    public ValueTask DisposeAsync() => new(OrWithoutCaller(FreeAsync));

    private async Task StopTransportAsync(CancellationToken budget)
    {
        if (_connecting is not null && !_disposed)
        {
            await _transport.StopAsync(budget).ConfigureAwait(false);
        }

        _gate.Stop();
    }

    /// <summary>Inside of a handler: starts the step when those that were started so have ended, and does not wait for it.</summary>
    private Task OrWithoutCaller(Func<Task> step)
    {
        if (!Array.Exists(_consumers, static consumer => consumer.IsInsideHandler))
        {
            return step();
        }

        _stoppingWithoutCaller = AfterAsync(_stoppingWithoutCaller, step);
        return Task.CompletedTask;

        static async Task AfterAsync(Task before, Func<Task> step)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await step().ConfigureAwait(false);
        }
    }

    private async Task FreeAsync()
    {
        if (!_disposed)
        {
            await DrainConsumersAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
            _disposed = true;
            Plan.RestartNotice.Dispose();
            _gate.Stop();
            PublishGauges.Remove(_transport);
            await _transport.DisposeAsync().ConfigureAwait(false);
            Array.ForEach(_consumers, consumer => consumer.Dispose());
            _stopping.Dispose();
        }
    }

    /// <summary>For containers that are disposed synchronously.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private QueueConsumer ConsumerOf(ConsumerPlan consumer, IServiceScopeFactory scopes)
    {
        var logger = Plan.Loggers.CreateLogger("TechCorp.Messaging.Consumer");
        var targets = new CopyTargets(_transport, consumer, Plan.TopologyMode, Plan.Publisher.Timeout, Plan.TimeProvider, logger);
        var mover = new DeliveryMover(_transport, consumer, new FailureCopy(consumer, Plan.AppId), targets, Plan.Publisher.Timeout, Plan.TimeProvider, logger);
        var records = new IsolatedRecords(_transport, consumer, Plan.Publisher.Timeout, Plan.TimeProvider, logger);
        return new QueueConsumer(_transport, consumer, mover, records, scopes, Plan.TimeProvider, logger);
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        await _transport.StartAsync(cancellationToken).ConfigureAwait(false);
        ReportFindings();
        if (Plan.TopologyMode == TopologyMode.Create)
        {
            await _transport.DeclareAsync(Plan.Topology, TopologyMode.Create, cancellationToken).ConfigureAwait(false);
            return;
        }

        await _transport.DeclareAsync(Plan.ServiceTopology, Plan.TopologyMode, cancellationToken).ConfigureAwait(false);
        foreach (var consumer in _consumers)
        {
            await consumer.Targets.FindMissingAsync(cancellationToken).ConfigureAwait(false);
        }

        if (Plan.TopologyMode == TopologyMode.Validate)
        {
            await ReportDifferencesAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What exists and is otherwise than declared works, and not as the service believes: its dead letters may go to another service.</summary>
    private async Task ReportDifferencesAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var change in await _transport.PlanAsync(Plan.ServiceTopology, cancellationToken).ConfigureAwait(false))
            {
                if (change.Kind == TopologyChangeKind.Conflict)
                {
                    _logger.TopologyDiffers(change.Subject, change.Detail);
                }
            }
        }
        catch (TopologyException exception)
        {
            _logger.TopologyNotCompared(exception.Message);
        }
    }

    /// <summary>Until the stop: declares the targets of copies and the queues of delays again that somebody deleted.</summary>
    private async Task WatchTargetsAsync(CancellationToken stopping)
    {
        while (true)
        {
            await Task.Delay(TargetCheckInterval, Plan.TimeProvider, stopping).ConfigureAwait(false);
            if (ConnectionState is TransportState.Connected or TransportState.Blocked)
            {
                await Task.WhenAll(_consumers.Select(consumer => consumer.Targets.CheckAsync(stopping))).ConfigureAwait(false);
                await _ladders.CheckAsync(stopping).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Before anything is declared: a wrongly declared queue would have to be deleted to be corrected.</summary>
    private void ReportFindings()
    {
        var findings = Plan.Lint(_transport.BrokerVersion);
        foreach (var finding in findings)
        {
            _logger.TopologyFinding(finding.Severity > LogLevel.Warning ? LogLevel.Warning : finding.Severity, finding.Subject, finding.Harm, finding.Remedy,
                finding.Rule);
        }

        if (Plan.FailOnTopologyFindings && findings.Any(finding => finding.Severity > LogLevel.Information))
        {
            throw new TopologyException([.. findings.Where(finding => finding.Severity > LogLevel.Information)]);
        }
    }

    /// <summary>All at once: one that cannot start must not hold up the others.</summary>
    private Task SubscribeAsync(CancellationToken cancellationToken) => Task.WhenAll(_consumers.Select(consumer => consumer.StartAsync(cancellationToken)));

    /// <summary>The host is up already, so a failure is logged and tried again, not thrown.</summary>
    private async Task StartInBackgroundAsync(CancellationToken stopping)
    {
        var causes = new LoggedCauses();
        for (var pause = FirstPause; ; pause = Backoff.Next(pause, LongestPause))
        {
            try
            {
                await _connecting!.ConfigureAwait(false);
                await SubscribeAsync(stopping).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                _logger.StartFailed(Broker, pause, LoggedCauses.LineOf(exception), causes.IfNew(this, exception));
            }

            await Task.Delay(pause, Plan.TimeProvider, stopping).ConfigureAwait(false);
            _connecting = _connecting!.IsCompletedSuccessfully ? _connecting : ConnectAsync(stopping);
        }
    }
}
