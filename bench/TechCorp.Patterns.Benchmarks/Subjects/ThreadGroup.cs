namespace TechCorp.Patterns.Benchmarks;

/// <summary>Starts several threads at the same moment.</summary>
internal static class ThreadGroup
{
    /// <returns>The time from the common start to the end of the last thread.</returns>
    public static TimeSpan Run(int threads, int calls, Action<int> loop)
    {
        using var start = new Barrier(threads + 1);
        var crowd = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            crowd[i] = new Thread(() =>
            {
                start.SignalAndWait();
                loop(calls);
            });
            crowd[i].Start();
        }

        start.SignalAndWait();
        var begun = TimeProvider.System.GetTimestamp();
        foreach (var thread in crowd)
        {
            thread.Join();
        }

        return TimeProvider.System.GetElapsedTime(begun);
    }
}
