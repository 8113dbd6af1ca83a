namespace TechCorp.Resilience.Tests;

/// <summary>A clock whose timers fire as soon as they are set, and which notes for how long they were.</summary>
internal sealed class SkippingClock : TimeProvider
{
    private long _timestamp;

    public List<double> Waits { get; } = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _timestamp;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.Zero)
        {
            Waits.Add(dueTime.TotalSeconds);
            _timestamp += dueTime.Ticks;
            callback(state);
        }

        return new SpentTimer();
    }

    private sealed class SpentTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
