namespace TechCorp.Messaging;

/// <summary>What the broker takes of a message's properties; it closes the channel, with all that is on it, for anything else. Plain code.</summary>
internal static class MessageLimits
{
    /// <summary>Delays are sums of powers of two in seconds; the largest power is the largest time to live that fits into the broker's 32 bits of
    /// milliseconds.</summary>
    internal const int DelayStepCount = 22;

    internal static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds((1 << DelayStepCount) - 1);

    private static readonly TimeSpan LongestExpiration = TimeSpan.FromMilliseconds(uint.MaxValue);

    /// <exception cref="ArgumentException">It is out of its range.</exception>
    internal static int? Priority(int? value)
        => value is null or (>= 0 and <= byte.MaxValue)
            ? value
            : throw new ArgumentException($"{nameof(Priority)} must be between 0 and {byte.MaxValue}; it is {value}.", nameof(value));

    /// <exception cref="ArgumentException">It is out of its range.</exception>
    internal static TimeSpan? Expiration(TimeSpan? value)
        => value is not { } time || (time > TimeSpan.Zero && time <= LongestExpiration && time.Ticks % TimeSpan.TicksPerMillisecond == 0)
            ? value
            : throw new ArgumentException($"{nameof(Expiration)} must be whole milliseconds, over 0 and at most {LongestExpiration:c}; it is {time:c}.",
                nameof(value));

    /// <returns>Null for none.</returns>
    /// <exception cref="ArgumentException">It is out of its range.</exception>
    internal static TimeSpan? Delay(TimeSpan? value)
        => value is not { } time ? null
            : time >= TimeSpan.Zero && time <= LongestDelay ? (time == TimeSpan.Zero ? null : time)
            : throw new ArgumentException($"{nameof(Delay)} must not be negative, and at most {LongestDelay:c}; it is {time:c}. For a later moment, keep the "
                + "message and publish it when that moment is near enough.", nameof(value));
}
