namespace TechCorp.Resilience.Tests;

/// <summary>A clock whose wall time and monotonic time move apart, with any frequency.</summary>
internal sealed class SplitClock(long timestamp = 0, long frequency = TimeSpan.TicksPerSecond) : TimeProvider
{
    private long _timestamp = timestamp;
    private DateTimeOffset _wall = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => frequency;

    public override long GetTimestamp() => _timestamp;

    public override DateTimeOffset GetUtcNow() => _wall;

    public void JumpWall(TimeSpan by) => _wall += by;

    public void Move(TimeSpan by) => _timestamp += (long)((Int128)by.Ticks * frequency / TimeSpan.TicksPerSecond);

    public void MoveSteps(long steps) => _timestamp += steps;
}
