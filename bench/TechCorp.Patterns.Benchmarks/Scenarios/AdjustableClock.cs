using Microsoft.Extensions.Time.Testing;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>A fake clock whose time of day can be set without time passing, as an administrator or NTP does.</summary>
internal sealed class AdjustableClock() : FakeTimeProvider(Epoch)
{
    private static readonly DateTimeOffset Epoch = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _jump;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Jump(TimeSpan by) => _jump += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _jump;

    public override long GetTimestamp() => (base.GetUtcNow() - Epoch).Ticks;
}
