using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>Runs sagas beside each other, up to a bound, and knows which ones it runs.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class SagaDispatcher(SagaRunner runner, SagaStore store, SagaOptions options, ILogger logger, Action onEnded) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();
    // guarded by _gate; a saga that this process took over from itself may run twice until the older run meets its fence
    private readonly Dictionary<Guid, int> _running = [];
    private int _used; // guarded by _gate
    private bool _open; // guarded by _gate
    private TaskCompletionSource? _idle; // guarded by _gate

    /// <summary>How many more sagas may be started.</summary>
    internal int Free
    {
        get
        {
            lock (_gate)
            {
                return _open ? options.Concurrency - _used : 0;
            }
        }
    }

    internal IReadOnlyCollection<Guid> Running
    {
        get
        {
            lock (_gate)
            {
                return [.. _running.Keys];
            }
        }
    }

    internal void Open()
    {
        lock (_gate)
        {
            _open = true;
        }
    }

    /// <summary>Takes a slot, to be used by <see cref="Run"/> or released by <see cref="ReleaseSlot"/>; false when there is none, or
    /// this process runs no sagas.</summary>
    internal bool TryReserveSlot()
    {
        lock (_gate)
        {
            if (!_open || _used >= options.Concurrency)
            {
                return false;
            }

            _used++;
            return true;
        }
    }

    /// <summary>Releases a reserved slot. Wakes nothing: otherwise a search for due sagas that found none would wake itself.</summary>
    internal void ReleaseSlot()
    {
        TaskCompletionSource? idle = null;
        lock (_gate)
        {
            _used--;
            if (_used == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
    }

    /// <summary>Runs an instance in a slot that was reserved.</summary>
    internal void Run(SagaInstance instance, SagaPlan? plan)
    {
        lock (_gate)
        {
            _running[instance.Id] = _running.GetValueOrDefault(instance.Id) + 1;
        }

        _ = Task.Run(() => RunAsync(instance, plan));
    }

    /// <summary>Ends when nothing runs.</summary>
    internal Task IdleAsync()
    {
        lock (_gate)
        {
            return _used == 0 ? Task.CompletedTask : (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Takes nothing new, waits for the calls that run, gives them up when the token is canceled.</summary>
    /// <param name="releaseTimeout">How long those that were given up may take to be released; then they are left to their leases.</param>
    /// <param name="cancellationToken">The host's deadline.</param>
    internal async Task StopAsync(TimeSpan releaseTimeout, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _open = false;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        using var registration = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _abort);
        var idle = IdleAsync();
        try
        {
            await idle.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAny(idle, Task.Delay(releaseTimeout, TimeProvider.System, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _abort.Dispose();
    }

    private async Task RunAsync(SagaInstance instance, SagaPlan? plan)
    {
        try
        {
            await runner.RunAsync(instance, plan, _stopping.Token, _abort.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
            await ReleaseAsync(instance, TimeSpan.Zero).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The database, the author's hook or the state's JSON: nothing is known that was not known before.
            logger.NotWritten(exception, instance.Definition.Name, instance.BusinessKey, instance.Id, options.PollInterval);
            await ReleaseAsync(instance, options.PollInterval).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (--_running[instance.Id] == 0)
                {
                    _running.Remove(instance.Id);
                }
            }

            ReleaseSlot();
            onEnded();
        }
    }

    private async Task ReleaseAsync(SagaInstance instance, TimeSpan delay)
    {
        try
        {
            await store.ReleaseAsync(instance, delay, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            logger.NotReleased(exception, instance.Definition.Name, instance.BusinessKey, instance.Id);
        }
    }
}
