using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>Runs the sagas of this process between start and stop: claims due ones, and renews the leases of those that run.</summary>
/// <remarks>Safe for concurrent use. Starting twice, stopping twice and stopping without a start are harmless.</remarks>
internal sealed class SagaWorker(
    SagaStore store, SagaDispatcher dispatcher, FreshSagas fresh, Lazy<SagaCatalog> catalog, SagaOptions options, WakeSignal wake, TimeProvider timeProvider,
    ILogger logger) : IAsyncDisposable
{
    private readonly SagaRecoveryPass _recovery = new(store, dispatcher, options, timeProvider, logger);
    private readonly LoggedCauses _causes = new(); // shared by both loops: a database that is away is one cause
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task _loops = Task.CompletedTask; // guarded by _gate
    private bool _started; // guarded by _gate
    private bool _stopped; // guarded by _gate

    /// <summary>How long a stop waits, after the host's deadline, for calls that were given up.</summary>
    internal TimeSpan ReleaseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Lets sagas be run in this process. Without it they can be started here and are run elsewhere.</summary>
    internal void Open()
    {
        _ = catalog.Value;
        dispatcher.Open();
    }

    /// <summary>Starts what can be started now: fresh sagas whose transaction was committed, then due ones.</summary>
    internal async Task<(int Started, TimeSpan Next)> RunDueAsync(CancellationToken cancellationToken)
    {
        await fresh.RunCommittedAsync(cancellationToken).ConfigureAwait(false);
        return await _recovery.RunAsync(catalog.Value, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Renews the leases of the sagas that run here.</summary>
    internal async Task RenewAsync(CancellationToken cancellationToken)
    {
        var ids = dispatcher.Running;
        if (ids.Count > 0)
        {
            await store.RenewAsync(ids, cancellationToken).ConfigureAwait(false);
        }
    }

    internal void Start()
    {
        Open();
        lock (_gate)
        {
            if (_started)
            {
                return;
            }

            _started = true;
            _loops = Task.WhenAll(Detached.Run(() => RunDueLoopAsync(_stop.Token)), Detached.Run(() => RenewLoopAsync(_stop.Token)));
        }

        logger.Started(string.Join(", ", catalog.Value.All.Select(definition => $"{definition.Name} v{definition.Version}")));
    }

    /// <summary>Starts nothing new, lets the running calls end, and gives them up when the token is canceled.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        Task loops;
        lock (_gate)
        {
            (loops, _started) = (_loops, true);
            if (_stopped)
            {
                return;
            }

            _stopped = true;
        }

        // The leases are renewed until the last call has ended.
        var running = dispatcher.Running.Count;
        fresh.Close();
        await dispatcher.StopAsync(ReleaseTimeout, cancellationToken).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await loops.ConfigureAwait(false);
        logger.Stopped(running);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        dispatcher.Dispose();
        _stop.Dispose();
    }

    private async Task RunDueLoopAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var next = options.PollInterval;
            try
            {
                (_, next) = await RunDueAsync(cancellationToken).ConfigureAwait(false);
                _causes.Succeeded(this);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.RecoveryPassFailed(next, LoggedCauses.LineOf(exception), _causes.IfNew(this, exception));
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await SleepAsync(next, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SleepAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        try
        {
            await wake.WaitAsync(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop checks its token.
        }
    }

    private async Task RenewLoopAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(options.LeaseDuration / 3, timeProvider, cancellationToken).ConfigureAwait(false);
                await RenewAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.NotRenewed(dispatcher.Running.Count, LoggedCauses.LineOf(exception), _causes.IfNew(this, exception));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
