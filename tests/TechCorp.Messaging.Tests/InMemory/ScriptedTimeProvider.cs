namespace TechCorp.Messaging.Tests;

/// <summary>A clock whose one timer only records how it is set, and fires when the test says so.</summary>
internal sealed class ScriptedTimeProvider : TimeProvider, ITimer
{
    private Action _fire = () => { };

    internal List<TimeSpan> Changes { get; } = [];

    /// <summary>Runs once, when the timer is about to be set.</summary>
    internal Action? BeforeNextChange { get; set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _fire = () => callback(state);
        return this;
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        var before = BeforeNextChange;
        BeforeNextChange = null;
        before?.Invoke();
        Changes.Add(dueTime);
        return true;
    }

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal void Fire() => _fire();
}
