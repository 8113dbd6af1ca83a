namespace TechCorp.Resilience.Tests;

/// <summary>A clock that stands still, and stops each thread that reads the time of day: the circuit reads it right before each move of its state.</summary>
internal sealed class StepClock(Action onRead) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _elapsed = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Move(TimeSpan by) => _elapsed += by;

    public override long GetTimestamp() => _elapsed.Ticks;

    public override DateTimeOffset GetUtcNow()
    {
        onRead();
        return Start + _elapsed;
    }
}
