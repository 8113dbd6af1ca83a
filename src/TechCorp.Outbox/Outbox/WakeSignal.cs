namespace TechCorp.Outbox;

/// <summary>Wakes one waiter when there is work. Signals coalesce; one that comes while no one waits is kept.</summary>
internal sealed class WakeSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiter; // guarded by _gate
    private bool _set; // guarded by _gate

    /// <summary>Whether a waiter waits now.</summary>
    internal bool IsAwaited
    {
        get
        {
            lock (_gate)
            {
                return _waiter is not null;
            }
        }
    }

    internal void Wake()
    {
        TaskCompletionSource? waiter;
        lock (_gate)
        {
            waiter = _waiter;
            _waiter = null;
            _set = waiter is null;
        }

        waiter?.TrySetResult();
    }

    /// <returns>Whether it was woken; false when the timeout ended the wait.</returns>
    internal async Task<bool> WaitAsync(TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            if (_set)
            {
                _set = false;
                return true;
            }

            _waiter = waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(waiter.Task, Task.Delay(timeout, timeProvider, ended.Token)).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        lock (_gate)
        {
            if (_waiter == waiter)
            {
                _waiter = null;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return waiter.Task.IsCompleted;
    }
}
