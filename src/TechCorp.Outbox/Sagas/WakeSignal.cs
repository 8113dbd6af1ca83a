namespace TechCorp.Outbox;

/// <summary>Wakes one sleeper; a signal that comes before the sleep ends it at once, and several are one.</summary>
internal sealed class WakeSignal(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    internal void Set()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Set already.
        }
        catch (ObjectDisposedException)
        {
            // Nobody sleeps here any more.
        }
    }

    internal async Task SleepAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var signal = _signal.WaitAsync(over.Token);
        var delay = Task.Delay(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero, time, over.Token);
        await Task.WhenAny(signal, delay).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);

        // A signal that arrives while we give up is consumed here, and the sleeper is awake anyway.
        await Task.WhenAll(signal, delay).ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public void Dispose() => _signal.Dispose();
}
