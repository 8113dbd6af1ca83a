using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <content>The host's part: what runs between start and stop.</content>
public sealed partial class SagaOrchestrator : IAsyncDisposable
{
    private readonly SagaOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly SagaStore _store;
    private readonly Lazy<SagaTypes> _types;
    private readonly SagaDispatcher _dispatcher;
    private readonly FreshSagas _fresh;
    private readonly SagaRecoveryPass _recovery;
    private readonly WakeSignal _wake;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task _loops = Task.CompletedTask; // guarded by _gate
    private bool _started; // guarded by _gate
    private bool _stopped; // guarded by _gate

    internal SagaOrchestrator(
        OutboxDatabase database, IOutbox outbox, IEnumerable<SagaRegistration> registrations, IServiceScopeFactory scopes, SagaOptions options, TimeProvider timeProvider, ILogger logger)
    {
        _options = options.Copy();
        _timeProvider = timeProvider;
        _logger = logger = SafeLogger.Of(logger);
        _wake = new WakeSignal();
        _store = new SagaStore(database, timeProvider, _options, $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.CreateVersion7():N}", logger);
        Runner = new SagaRunner(_store, outbox, scopes, timeProvider, logger);
        _dispatcher = new SagaDispatcher(Runner, _store, _options, logger, _wake.Wake);
        _fresh = new FreshSagas(_store, _dispatcher, _options, timeProvider);
        _recovery = new SagaRecoveryPass(_store, _dispatcher, _options, timeProvider, logger);

        // Not now: a saga may itself ask for the orchestrator.
        _types = new Lazy<SagaTypes>(() => new SagaTypes(registrations.Select(r => r.Build(scopes, _options)).ToList()));
    }

    internal SagaRunner Runner { get; }

    /// <summary>How long a stop waits, after the host's deadline, for calls that were given up.</summary>
    internal TimeSpan LetGoWithin { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Lets sagas be run in this process. Without it they can be started here and are run elsewhere.</summary>
    internal void Open()
    {
        _ = _types.Value;
        _dispatcher.Open();
    }

    /// <summary>One look for work: fresh sagas whose transaction was committed, then what is due.</summary>
    internal async Task<(int TakenUp, TimeSpan Next)> RunDueAsync(CancellationToken cancellationToken)
    {
        await _fresh.RunCommittedAsync(cancellationToken).ConfigureAwait(false);
        return await _recovery.RunAsync(_types.Value, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Renews the leases of what runs here.</summary>
    internal async Task RenewAsync(CancellationToken cancellationToken)
    {
        var ids = _dispatcher.Running;
        if (ids.Count > 0)
        {
            await _store.RenewAsync(ids, cancellationToken).ConfigureAwait(false);
        }
    }

    internal Task<int> PurgeAsync(TimeSpan retention, int limit, CancellationToken cancellationToken) => _store.PurgeAsync(retention, limit, cancellationToken);

    /// <summary>Ends when nothing runs here.</summary>
    internal Task IdleAsync() => _dispatcher.IdleAsync();

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
            _loops = Task.WhenAll(Task.Run(() => LookAsync(_stop.Token)), Task.Run(() => RenewLoopAsync(_stop.Token)));
        }

        _logger.Started(string.Join(", ", _types.Value.All.Select(t => $"{t.Name} v{t.Version}")));
    }

    /// <summary>Takes up nothing new, lets the calls that run end, gives them up when the token is canceled. Harmless when repeated.</summary>
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
        var running = _dispatcher.Running.Count;
        _fresh.Close();
        await _dispatcher.StopAsync(LetGoWithin, cancellationToken).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await loops.ConfigureAwait(false);
        _logger.Stopped(running);
    }

    /// <summary>Stops, giving up the calls that run.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _dispatcher.Dispose();
        _stop.Dispose();
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var next = _options.PollInterval;
            try
            {
                (_, next) = await RunDueAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                _logger.PassFailed(exception, next);
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
            await _wake.WaitAsync(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop looks at its token.
        }
    }

    private async Task RenewLoopAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(_options.Lease / 3, _timeProvider, cancellationToken).ConfigureAwait(false);
                await RenewAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                _logger.NotRenewed(exception, _dispatcher.Running.Count);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
