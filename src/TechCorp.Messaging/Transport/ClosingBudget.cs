namespace TechCorp.Messaging;

/// <summary>How long a stop waits for closings: as long as the time given to the stop lasts, and a moment more. What is not closed by then goes on closing in
/// the background: a broker that blocks or is frozen answers no close.</summary>
internal sealed class ClosingBudget : IDisposable
{
    /// <summary>For what is closing when the time given to the stop passes.</summary>
    private static readonly TimeSpan Overrun = TimeSpan.FromMilliseconds(300);

    /// <summary>For each closing that begins after that time: several follow each other.</summary>
    private static readonly TimeSpan LateOverrun = TimeSpan.FromMilliseconds(80);

    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenRegistration _registration;

    /// <param name="timeProvider">The clock of the moment more.</param>
    /// <param name="budget">Canceled when the time given to the stop has passed.</param>
    internal ClosingBudget(TimeProvider timeProvider, CancellationToken budget)
    {
        var overrun = budget.IsCancellationRequested ? LateOverrun : Overrun;
        _over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        _registration = budget.UnsafeRegister(_ => _over.CancelAfter(overrun), null);
    }

    /// <summary>Canceled when closings are no longer waited for.</summary>
    internal CancellationToken Over => _over.Token;

    /// <summary>Waits for a closing, but no longer than the token allows.</summary>
    /// <returns>Whether it ended in time. What it threw is thrown.</returns>
    internal static async Task<bool> EndsAsync(Task closing, CancellationToken over)
    {
        await closing.WaitAsync(over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!closing.IsCompleted)
        {
            return false;
        }

        await closing.ConfigureAwait(false);
        return true;
    }

    public void Dispose()
    {
        _registration.Dispose(); // waits for a callback that runs: it uses the source
        _over.Dispose();
    }
}
