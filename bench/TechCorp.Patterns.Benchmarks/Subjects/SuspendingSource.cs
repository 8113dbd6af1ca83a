using System.Threading.Tasks.Sources;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>A reusable operation that suspends at almost no additional cost: its task is pending until <see cref="Finish"/>.</summary>
internal sealed class SuspendingSource : IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _core;

    public ValueTask<int> Begin()
    {
        _core.Reset();
        return new ValueTask<int>(this, _core.Version);
    }

    public void Finish() => _core.SetResult(1);

    public int GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _core.OnCompleted(continuation, state, token, flags);
}
