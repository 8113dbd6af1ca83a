namespace TechCorp.Patterns.Load;

/// <summary>Counts messages in a handler, and says when a number has come.</summary>
internal sealed class Arrivals
{
    private long _count;
    private long _expected = long.MaxValue;
    private TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when this many more have come.</summary>
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
