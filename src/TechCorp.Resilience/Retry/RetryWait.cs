namespace TechCorp.Resilience;

/// <summary>Waits on the clock of the pipeline.</summary>
internal static class RetryWait
{
    /// <summary>Waits without a thread, or holds the caller's thread.</summary>
    /// <returns>Ends after the delay, or canceled by the caller.</returns>
    internal static Task WaitAsync(TimeSpan delay, bool blocks, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (!blocks)
        {
            return delay > TimeSpan.Zero ? Task.Delay(delay, timeProvider, cancellationToken) : Task.CompletedTask;
        }

        try
        {
            Block(delay, timeProvider, cancellationToken);
            return Task.CompletedTask;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }
    }

    /// <summary>Holds the thread.</summary>
    internal static void Block(TimeSpan delay, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (delay <= TimeSpan.Zero)
        {
            return;
        }

        using var elapsed = new ManualResetEventSlim();
        using var timer = timeProvider.CreateTimer(
            static elapsed => Signal((ManualResetEventSlim)elapsed!),
            elapsed,
            delay,
            System.Threading.Timeout.InfiniteTimeSpan);
        elapsed.Wait(cancellationToken);
    }

    private static void Signal(ManualResetEventSlim elapsed)
    {
        try
        {
            elapsed.Set();
        }
        catch (ObjectDisposedException)
        {
            // The wait was canceled while the timer fired.
        }
    }
}
