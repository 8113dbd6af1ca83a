using System.Threading.Tasks.Sources;

namespace TechCorp.Resilience.Tests;

/// <summary>A task that breaks the rules: it calls what waits for it twice.</summary>
internal sealed class RepeatingSource : IValueTaskSource<int>
{
    private Action<object?>? _continuation;
    private object? _state;
    private int? _result;

    public void Complete(int result)
    {
        _result = result;
        _continuation!(_state);
        _continuation(_state);
    }

    public int GetResult(short token) => _result ?? throw new InvalidOperationException("It has no result yet.");

    public ValueTaskSourceStatus GetStatus(short token) => _result is null ? ValueTaskSourceStatus.Pending : ValueTaskSourceStatus.Succeeded;

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => (_continuation, _state) = (continuation, state);
}
