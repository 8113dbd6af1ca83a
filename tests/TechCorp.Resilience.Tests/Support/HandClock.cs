namespace TechCorp.Resilience.Tests;

/// <summary>A clock whose one timer fires when the test says so: early, late or in the middle of something.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly List<TimeSpan> _set = [];
    private long _timestamp = TimeSpan.TicksPerDay;
    private Action? _fire;

    public int TimersMade { get; private set; }

    public bool FlowWasSuppressed { get; private set; }

    /// <summary>The due times that the timer was set to.</summary>
    public IReadOnlyList<TimeSpan> Set => _set;

    /// <summary>Runs once, inside the next reading of the clock.</summary>
    public Action? OnRead { get; set; }

    /// <summary>Runs once, inside the next setting of the timer and before it has effect.</summary>
    public Action? OnSet { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Move(TimeSpan by) => _timestamp += by.Ticks;

    public void Fire() => _fire!();

    public override long GetTimestamp()
    {
        var onRead = OnRead;
        OnRead = null;
        onRead?.Invoke();
        return _timestamp;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        TimersMade++;
        FlowWasSuppressed = ExecutionContext.IsFlowSuppressed();
        _fire = () => callback(state);
        return new HandTimer(this);
    }

    private sealed class HandTimer(HandClock timeProvider) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var onSet = timeProvider.OnSet;
            timeProvider.OnSet = null;
            onSet?.Invoke();
            timeProvider._set.Add(dueTime);
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
