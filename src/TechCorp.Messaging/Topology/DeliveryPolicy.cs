namespace TechCorp.Messaging;

/// <summary>What happens to a message whose handler fails: attempts at once, attempts after delays, then the dead-letter queue. Immutable, compared by
/// value.</summary>
/// <remarks>A delayed attempt is a confirmed publish to <c>&lt;queue&gt;.retry.&lt;delay&gt;</c> before the original is acknowledged: at least once.</remarks>
public sealed record DeliveryPolicy
{
    /// <summary>At once, then after 1, 2, 4 and 8 s; five attempts in all.</summary>
    public static DeliveryPolicy Default { get; } = new();

    /// <summary>One attempt; the first failure dead-letters.</summary>
    public static DeliveryPolicy NoRetry { get; } = new() { Delays = [] };

    /// <summary>How many times the handler is called for one delivery before a delay. Default: 1.</summary>
    public int ImmediateAttempts { get; init; } = 1;

    /// <summary>The waits before further deliveries, in order. Default: 1, 2, 4, 8 s. Each different delay has its own queue.</summary>
    public IReadOnlyList<TimeSpan> Delays { get; init; } = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8)];

    /// <summary>Whether the other policy has the same attempts and the same delays.</summary>
    public bool Equals(DeliveryPolicy? other)
        => other is not null && ImmediateAttempts == other.ImmediateAttempts && Delays.SequenceEqual(other.Delays);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(ImmediateAttempts);
        foreach (var delay in Delays)
        {
            hash.Add(delay);
        }

        return hash.ToHashCode();
    }

    internal IEnumerable<string> Problems()
    {
        if (ImmediateAttempts < 1)
        {
            yield return $"{nameof(ImmediateAttempts)} must be at least 1; it is {ImmediateAttempts}.";
        }

        foreach (var delay in Delays)
        {
            if (delay <= TimeSpan.Zero || delay > TimeSpan.FromDays(1) || delay.Ticks % TimeSpan.TicksPerMillisecond != 0)
            {
                yield return $"{nameof(Delays)} must be whole milliseconds, over 0 and up to one day; one is {delay}.";
            }
        }
    }
}
