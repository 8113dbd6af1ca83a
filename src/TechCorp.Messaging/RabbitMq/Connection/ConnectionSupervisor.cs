using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Keeps one connection open: opens, watches, opens again with back-off, until it is stopped.</summary>
/// <remarks>Who needs the connection awaits <see cref="GetAsync"/> and, when its link is lost, asks again; links carry a generation that only grows.</remarks>
internal sealed class ConnectionSupervisor : IAsyncDisposable
{
    private readonly RabbitMqOptions _options;
    private readonly string _name;
    private readonly Func<BrokerLink, CancellationToken, Task> _prepare;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly LoggedCauses _causes;
    private readonly ConnectionOpener _opener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private volatile TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<BrokerLink> _current = new(TaskCreationOptions.RunContinuationsAsynchronously); // guarded by _gate
    private Task? _loop; // guarded by _gate
    private bool _stopped; // guarded by _gate
    private volatile TransportState _state;
    private volatile Exception? _failure; // of the last attempt to connect

    /// <param name="options">Where, and how patiently.</param>
    /// <param name="name">What the broker's management shows.</param>
    /// <param name="prepare">Runs on each new connection before it is used: declares the topology again. What it throws is logged.</param>
    /// <param name="timeProvider">The clock of the back-off.</param>
    /// <param name="logger">Where losses are logged.</param>
    /// <param name="causes">Shared with the transport's other connection: an absent broker is one cause.</param>
    internal ConnectionSupervisor(RabbitMqOptions options, string name, Func<BrokerLink, CancellationToken, Task> prepare, TimeProvider timeProvider,
        ILogger logger, LoggedCauses causes)
    {
        _options = options;
        _name = name;
        _prepare = prepare;
        _timeProvider = timeProvider;
        _logger = logger;
        _causes = causes;
        _opener = new ConnectionOpener(options, name, timeProvider);
    }

    internal TransportState State => _state is TransportState.Connected && Peek()?.Blocked is not null ? TransportState.Blocked : _state;

    /// <summary>Connects for the first time; a broker that cannot be reached is retried until the token is canceled. Starting twice is harmless.</summary>
    /// <exception cref="BrokerConnectionException">The broker refused credentials or virtual host; nothing is retried until the next start.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled first; the message says why no attempt succeeded.</exception>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (_first.Task.IsFaulted)
            {
                _first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _loop = RunAfterAsync(_loop);
            }

            _loop ??= Detached.Run(RunAsync);
        }

        try
        {
            await _first.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && _failure is { } failure)
        {
            throw new OperationCanceledException($"{string.Join(", ", _options.Uris.Select(BrokerAddress.Of))}: not reached before the start was canceled "
                + $"({ErrorText.MessageOf(failure.GetBaseException())}).", failure, cancellationToken);
        }
    }

    /// <summary>The open connection, as soon as there is one.</summary>
    internal Task<BrokerLink> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ForgetLost();
            return _current.Task.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? loop;
        lock (_gate)
        {
            _stopped = true;
            loop = _loop;
            _current.TrySetCanceled(CancellationToken.None);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _first.TrySetCanceled(CancellationToken.None);
        if (loop is not null)
        {
            await loop.ConfigureAwait(false);
        }

        _state = TransportState.Stopped;
    }

    /// <summary>The open connection; null while there is none.</summary>
    internal BrokerLink? Peek()
    {
        lock (_gate)
        {
            return _current.Task.IsCompletedSuccessfully ? _current.Task.Result : null;
        }
    }

    /// <summary>The loop that was refused has nothing more to do but return.</summary>
    private async Task RunAfterAsync(Task? refused)
    {
        await (refused ?? Task.CompletedTask).ConfigureAwait(false);
        await Task.Run(RunAsync, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var failures = 0;
        var delay = TimeSpan.Zero;
        for (var generation = 1L; !_stopping.IsCancellationRequested; generation++)
        {
            Exception? failure = null;
            var broker = _opener.Next;
            try
            {
                failures = ReconnectBackoff.IsSettled(await OpenAndWatchAsync(generation).ConfigureAwait(false), delay) ? 1 : failures + 1;
            }
            catch (Exception) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (BrokerConnectionException refusal) when (TryRefuse(refusal))
            {
                return;
            }
            catch (Exception exception)
            {
                _failure = failure = exception;
                _state = exception is BrokerConnectionException ? TransportState.Refused : TransportState.Connecting;
                failures++;
            }

            delay = ReconnectBackoff.Delay(_options.ReconnectDelay, _options.MaxReconnectDelay, failures, Random.Shared.NextDouble());
            if (failure is not null)
            {
                _logger.ConnectFailed(_name, broker.ToString(), failures, delay, LoggedCauses.LineOf(failure), _causes.IfNew(this, failure));
            }

            await Task.Delay(delay, _timeProvider, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Whether it is the first contact: then there is no further attempt. The state comes first, because a woken caller reads it.</returns>
    private bool TryRefuse(BrokerConnectionException refusal)
    {
        _state = TransportState.Refused;
        return _first.TrySetException(refusal);
    }

    /// <returns>How long the connection lived.</returns>
    private async Task<TimeSpan> OpenAndWatchAsync(long generation)
    {
        _state = _state is TransportState.Refused ? TransportState.Refused : TransportState.Connecting;
        var link = await _opener.OpenAsync(generation, _stopping.Token).ConfigureAwait(false);
        try
        {
            await PrepareAsync(link).ConfigureAwait(false);
            var opened = _timeProvider.GetTimestamp();
            Publish(link);
            _logger.Connected(_name, link.Address.ToString(), generation);
            var reason = await link.Lost.WaitAsync(_stopping.Token).ConfigureAwait(false);
            _logger.ConnectionLost(_name, link.Address.ToString(), generation, reason);
            return _timeProvider.GetElapsedTime(opened);
        }
        finally
        {
            var closing = link.CloseAsync();
            Withdraw();
            if (_stopping.IsCancellationRequested)
            {
                await closing.ConfigureAwait(false); // A lost peer may not answer the close: reconnecting does not wait for it, stopping does.
            }
        }
    }

    private async Task PrepareAsync(BrokerLink link)
    {
        try
        {
            await _prepare(link, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (!_stopping.IsCancellationRequested)
        {
            _logger.RedeclareFailed(_name, link.Generation, exception);
        }
    }

    private void Publish(BrokerLink link)
    {
        _state = TransportState.Connected;
        _causes.Succeeded(this);
        lock (_gate)
        {
            _current.TrySetResult(link);
        }

        if (!_first.TrySetResult())
        {
            MessagingMetrics.Rebuilt("connection");
        }
    }

    private void Withdraw()
    {
        _state = TransportState.Connecting;
        lock (_gate)
        {
            ForgetLost();
        }
    }

    /// <summary>A caller that asks after a loss waits for the next link, also when the loop has not noticed the loss yet.</summary>
    private void ForgetLost()
    {
        if (_current.Task is { IsCompletedSuccessfully: true, Result.Lost.IsCompleted: true } && !_stopped)
        {
            _current = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
