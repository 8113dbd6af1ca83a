using System.Runtime.CompilerServices;

namespace TechCorp.Resilience;

/// <summary>Waits on the clock of the pipeline.</summary>
internal static class RetryWait
{
    /// <summary>Waits without a thread, or holds the caller's thread.</summary>
    /// <returns><see langword="false"/> when the caller canceled the wait.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<bool> WaitAsync(TimeSpan delay, bool blocks, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        try
        {
            if (blocks)
            {
                Block(delay, timeProvider, cancellationToken);
            }
            else if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The return value says so.
        }

        return !cancellationToken.IsCancellationRequested;
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
