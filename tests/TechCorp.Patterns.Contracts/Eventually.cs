namespace TechCorp.Patterns.Contracts;

/// <summary>Polls until a condition on a server or on another thread holds, and fails the test when the watchdog's time has passed.</summary>
/// <remarks>The only poll in the tests. Prefer a signal (a completed task, an advanced clock) wherever the test itself causes the event.</remarks>
public static class Eventually
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a condition may take before the test fails: 30 s. A condition that holds earlier costs no time.</summary>
    public static TimeSpan Watchdog { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Ends when the condition holds; fails with the reason when it does not within the watchdog's time.</summary>
    public static Task Holds(Func<bool> condition, string because, TimeSpan? watchdog = null)
        => Holds(() => Task.FromResult(condition()), because, watchdog);

    /// <summary>Ends when the condition holds; fails with the reason when it does not within the watchdog's time.</summary>
    public static async Task Holds(Func<Task<bool>> condition, string because, TimeSpan? watchdog = null)
        => await Returns(async () => await condition() ? "yes" : null, because, watchdog);

    /// <summary>The first answer that is not null; fails with the reason when none comes within the watchdog's time.</summary>
    public static async Task<T> Returns<T>(Func<Task<T?>> poll, string because, TimeSpan? watchdog = null)
        where T : class
    {
        var limit = watchdog ?? Watchdog;
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await poll() is { } answer)
            {
                return answer;
            }

            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                Assert.Fail($"It did not happen within {limit.TotalSeconds:0.#} s that {because}.");
            }

            // Real time on purpose, and the only delay in the tests: a server follows no fake clock.
            await Task.Delay(Period, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The task's end, but no later than the watchdog's: for signals that the code under test sends.</summary>
    public static Task Ends(Task task, string because, TimeSpan? watchdog = null) => Ends(Awaited(task), because, watchdog);

    /// <summary>The task's result, but no later than the watchdog's: for signals that the code under test sends.</summary>
    public static async Task<T> Ends<T>(Task<T> task, string because, TimeSpan? watchdog = null)
    {
        var limit = watchdog ?? Watchdog;
        try
        {
            return await task.WaitAsync(limit, TimeProvider.System, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"It did not happen within {limit.TotalSeconds:0.#} s that {because}.");
            throw;
        }
    }

    private static async Task<bool> Awaited(Task task)
    {
        await task;
        return true;
    }
}
