using Microsoft.Extensions.Logging;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Publishes what was committed to the outbox, until it is stopped.</summary>
/// <remarks>
/// At least once, in order per key; any number of relays may run against one database, each partition of keys has one owner at a time.
/// Starting twice, stopping twice and stopping without a start are harmless. Stopping reads nothing more, waits for the confirms that are under way, settles
/// their rows and releases its partitions.
/// </remarks>
public sealed class OutboxRelay : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TransactionalOutbox _outbox;
    private readonly RelayOptions _options;
    private readonly ILogger _logger;
    private readonly RelayPass _pass;
    private readonly RetentionPass _retention;
    private readonly PollSchedule _schedule;
    private readonly LoggedCauses _causes = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();
    private Task? _running; // guarded by _gate
    private bool _stopped; // guarded by _gate

    /// <summary>A relay for an outbox; it shares its clock and is woken by its commits. <see cref="Start"/> is the short way.</summary>
    /// <param name="outbox">The outbox; one relay in a process is enough for it.</param>
    /// <param name="publisher">Where to. It must outlive the relay.</param>
    /// <param name="options">Copied. Default: those of <see cref="RelayOptions"/>.</param>
    /// <param name="logger">Default: none.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public OutboxRelay(TransactionalOutbox outbox, IMessagePublisher publisher, RelayOptions? options = null, ILogger<OutboxRelay>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        ArgumentNullException.ThrowIfNull(publisher);
        _outbox = outbox;
        _options = (options ?? new RelayOptions()).Copy();
        _logger = SafeLogger.Of(logger);
        _pass = new RelayPass(outbox.Database, publisher, _options, outbox.TimeProvider);
        _retention = new RetentionPass(outbox.Database, _options.KeepSent, outbox.TimeProvider);
        _schedule = new PollSchedule(_options.MinPollInterval, _options.MaxPollInterval, Random.Shared);
    }

    /// <summary>Starts publishing what is committed to an outbox. The relay ends with that outbox, or by its own <see cref="StopAsync"/>.</summary>
    /// <param name="outbox">The outbox; one relay in a process is enough for it.</param>
    /// <param name="publisher">Where to. It must outlive the relay.</param>
    /// <param name="options">Copied. Default: those of <see cref="RelayOptions"/>.</param>
    /// <param name="logger">Default: none.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static OutboxRelay Start(TransactionalOutbox outbox, IMessagePublisher publisher, RelayOptions? options = null, ILogger<OutboxRelay>? logger = null)
    {
        var relay = new OutboxRelay(outbox, publisher, options, logger);
        outbox.Own(relay);
        _ = relay.StartAsync();
        return relay;
    }

    internal RelayPass Pass => _pass;

    /// <summary>Begins to publish. Returns at once.</summary>
    /// <exception cref="ObjectDisposedException">The relay was stopped or disposed before: make another.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            _running ??= Detached.Run(RunAsync);
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends: nothing more is read, confirms under way are waited for and their rows settled, the partitions are released.</summary>
    /// <param name="cancellationToken">The deadline: confirms are no longer waited for, and their events will be published again.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        Task? running;
        lock (_gate)
        {
            _stopped = true;
            running = _running;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        if (running is null)
        {
            return;
        }

        await using (cancellationToken.Register(() => _abort.Cancel()).ConfigureAwait(false))
        {
            await running.ConfigureAwait(false);
        }
    }

    /// <summary>Stops, as <see cref="StopAsync"/> does without a deadline but that of the publisher.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _pass.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var stopping = _stopping.Token;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stopping).ConfigureAwait(false);
            }
            catch (Exception exception) when (stopping.IsCancellationRequested)
            {
                if (exception is not OperationCanceledException)
                {
                    _logger.RelayPassFailed(_outbox.Database.Schema, LoggedCauses.LineOf(exception), _causes.IfNew(this, exception));
                }
            }
        }

        try
        {
            // Not canceled at the deadline: a partition that stays locked is published by no relay until the session ends. The
            // statement has its own, shorter one.
            await _pass.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _logger.ReleaseFailed(_outbox.Database.Schema, exception);
        }

        await _pass.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>One pass and the wait after it.</summary>
    private async Task RunOnceAsync(CancellationToken stopping)
    {
        RelayPassResult result;
        try
        {
            result = await _pass.RunAsync(stopping, _abort.Token).ConfigureAwait(false);
            await _retention.RunIfDueAsync(stopping).ConfigureAwait(false);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            _logger.RelayPassFailed(_outbox.Database.Schema, LoggedCauses.LineOf(exception), _causes.IfNew(this, exception));
            await Task.Delay(_schedule.AfterError(), _outbox.TimeProvider, stopping).ConfigureAwait(false);
            return;
        }

        _causes.Succeeded(this);
        Report(result);
        if (result.Error is not null)
        {
            // Commits do not end this wait: they do not make the broker available.
            await Task.Delay(_schedule.AfterError(), _outbox.TimeProvider, stopping).ConfigureAwait(false);
        }
        else if (result.More)
        {
            _schedule.Succeeded();
        }
        else
        {
            var wait = result.Read > 0 ? _schedule.AfterWork() : _schedule.AfterNothing();
            await _outbox.Signal.WaitAsync(result.Owned == OutboxRow.Partitions || wait < TakeoverInterval ? wait : TakeoverInterval, _outbox.TimeProvider,
                stopping).ConfigureAwait(false);
        }
    }

    // While another relay owns partitions: how soon its end is noticed.
    private static readonly TimeSpan TakeoverInterval = TimeSpan.FromMilliseconds(500);

    private void Report(RelayPassResult result)
    {
        if (result.Error is { } error)
        {
            _logger.PublishingFailed(_outbox.Database.Schema, error);
        }

        if (result.Unroutable > 0)
        {
            _logger.Unroutable(result.Unroutable, _outbox.Database.Schema, _options.UnroutableGrace);
        }

        if (result.Deferred > result.Unroutable)
        {
            _logger.Refused(result.Deferred - result.Unroutable, _outbox.Database.Schema);
        }

        if (result.Parked > 0)
        {
            _logger.Parked(result.Parked, _outbox.Database.Schema);
        }
    }
}
