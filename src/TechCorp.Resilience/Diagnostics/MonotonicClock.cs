using System.Diagnostics.CodeAnalysis;

namespace TechCorp.Resilience;

/// <summary>Exact, saturating arithmetic on the timestamps of a <see cref="TimeProvider"/>, whatever its frequency.</summary>
internal readonly struct MonotonicClock(TimeProvider provider)
{
    private readonly long _frequency = provider.TimestampFrequency;

    internal TimeProvider Provider => provider;

    internal long Now => provider.GetTimestamp();

    /// <summary>The same, some milliseconds exact and read much faster, for what counts in tenths of a second; a clock that is not the system's is not
    /// replaced.</summary>
    internal MonotonicClock Coarse => provider == TimeProvider.System ? new(TickClock.Instance) : this;

    internal DateTimeOffset UtcNow => provider.GetUtcNow();

    /// <summary>The timestamp <paramref name="duration"/> after <paramref name="timestamp"/>, rounded up; never past <see cref="long.MaxValue"/>.</summary>
    internal long Add(long timestamp, TimeSpan duration)
    {
        var steps = ((Int128)duration.Ticks * _frequency + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;
        var sum = timestamp + steps;
        return sum >= long.MaxValue ? long.MaxValue : (long)sum;
    }

    /// <summary>The time from <paramref name="now"/> to <paramref name="deadline"/>, rounded up; zero when it has come.</summary>
    internal TimeSpan Until(long deadline, long now)
    {
        if (deadline <= now)
        {
            return TimeSpan.Zero;
        }

        var left = deadline - now;
        if (left > 0 && left <= (long.MaxValue - _frequency) / TimeSpan.TicksPerSecond) // no 128-bit division for waits of minutes
        {
            return TimeSpan.FromTicks((left * TimeSpan.TicksPerSecond + _frequency - 1) / _frequency);
        }

        var ticks = (((Int128)deadline - now) * TimeSpan.TicksPerSecond + _frequency - 1) / _frequency;
        return deadline == long.MaxValue || ticks >= TimeSpan.MaxValue.Ticks ? TimeSpan.MaxValue : TimeSpan.FromTicks((long)ticks);
    }

    private sealed class TickClock : TimeProvider
    {
        internal static readonly TickClock Instance = new();

        public override long TimestampFrequency => 1000;

        [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "It is the clock itself; a test's clock is never replaced by it.")]
        public override long GetTimestamp() => Environment.TickCount64;
    }
}
