using System.Diagnostics.CodeAnalysis;

namespace TechCorp.Messaging;

/// <summary>Lets the handlers of one queue run side by side, or one of them alone. Safe for concurrent use.</summary>
/// <remarks>To enter and to exit costs one interlocked operation each while nobody wants to be alone.</remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "The semaphores' wait handles are never taken, so there is nothing to dispose of; a handler may exit after the consumer has ended.")]
internal sealed class AttemptGate
{
    private readonly SemaphoreSlim _aloneTurn = new(1, 1);
    private readonly SemaphoreSlim _drained = new(0, 1);
    private readonly Lock _gate = new();
    private TaskCompletionSource? _opened; // guarded by _gate; completes when the isolated attempt has exited
    private int _running;
    private volatile bool _isAlone; // someone is alone, or waits until the others have exited

    /// <summary>Enters beside others; false while someone is alone or wants to be.</summary>
    internal bool TryEnter()
    {
        Interlocked.Increment(ref _running); // before the flag is read: the one that sets it either sees this one or is seen
        if (!_isAlone)
        {
            return true;
        }

        Exit();
        return false;
    }

    /// <summary>Enters beside others, as soon as nobody is alone; false when the token was canceled before.</summary>
    internal async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        while (!TryEnter())
        {
            await OpenedAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }

        return true;
    }

    internal void Exit()
    {
        if (Interlocked.Decrement(ref _running) == 0 && _isAlone)
        {
            SignalDrained();
        }
    }

    /// <summary>Waits until all others have exited and lets no further one enter; false, and others may enter again, when the token was canceled
    /// before.</summary>
    internal async Task<bool> EnterAloneAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _aloneTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        _isAlone = true;
        try
        {
            Interlocked.MemoryBarrier();
            while (Volatile.Read(ref _running) != 0)
            {
                await _drained.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            ExitAlone();
            return false;
        }
    }

    internal void ExitAlone()
    {
        TaskCompletionSource? opened;
        lock (_gate)
        {
            _isAlone = false;
            opened = _opened;
            _opened = null;
        }

        opened?.TrySetResult();
        _aloneTurn.Release();
    }

    private Task OpenedAsync()
    {
        lock (_gate)
        {
            return _isAlone ? (_opened ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    private void SignalDrained()
    {
        lock (_gate)
        {
            if (_drained.CurrentCount == 0)
            {
                _drained.Release();
            }
        }
    }
}
