using System.Threading.Tasks.Sources;

namespace TechCorp.Resilience.Tests;

/// <summary>A task that counts how often its result is taken.</summary>
internal sealed class OnceSource : IValueTaskSource<int>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<int> _core;

    public int Reads { get; private set; }

    public ValueTask<int> Begin() => new(this, _core.Version);

    public ValueTask BeginAction() => new(this, _core.Version);

    public void Complete(int result) => _core.SetResult(result);

    public int GetResult(short token)
    {
        Reads++;
        return _core.GetResult(token);
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _core.OnCompleted(continuation, state, token, flags);
}
