namespace TechCorp.Resilience;

/// <summary>Waits on the clock of the pipeline.</summary>
internal static class RetryWait
{
    /// <summary>Waits without a thread.</summary>
    internal static Task DelayAsync(TimeSpan delay, TimeProvider timeProvider, CancellationToken cancellationToken)
        => delay <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(delay, timeProvider, cancellationToken);

    /// <summary>Holds the thread.</summary>
    internal static void Block(TimeSpan delay, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (delay <= TimeSpan.Zero)
        {
            return;
        }

        using var over = new ManualResetEventSlim();
        using var timer = timeProvider.CreateTimer(
            static over => Signal((ManualResetEventSlim)over!),
            over,
            delay,
            System.Threading.Timeout.InfiniteTimeSpan);
        over.Wait(cancellationToken);
    }

    private static void Signal(ManualResetEventSlim over)
    {
        try
        {
            over.Set();
        }
        catch (ObjectDisposedException)
        {
            // The wait was canceled while the timer fired.
        }
    }
}
