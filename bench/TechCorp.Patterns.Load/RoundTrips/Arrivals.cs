namespace TechCorp.Patterns.Load;

/// <summary>Counts the messages of a handler, and signals when a number of them has arrived.</summary>
internal sealed class Arrivals
{
    private long _count;
    private long _expected = long.MaxValue;
    private TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when this many more messages have arrived.</summary>
    internal Task ExpectAsync(long more)
    {
        _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _expected, Volatile.Read(ref _count) + more);
        return _all.Task;
    }

    internal void Count()
    {
        if (Interlocked.Increment(ref _count) == Volatile.Read(ref _expected))
        {
            _all.TrySetResult();
        }
    }
}
