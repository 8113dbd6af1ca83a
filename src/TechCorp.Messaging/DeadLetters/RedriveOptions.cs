namespace TechCorp.Messaging;

/// <summary>Which dead letters are sent back, how many and how fast. Immutable.</summary>
public sealed record RedriveOptions
{
    /// <summary>Which ones. Default: all. Called once for each dead letter.</summary>
    public Func<DeadLetter, bool>? Filter { get; init; }

    /// <summary>The most that are sent back in one call. Default: no limit; never more than were there when the call began.</summary>
    public int? MaxCount { get; init; }

    /// <summary>The most that are sent back each second; null for as fast as they are confirmed. Default: null.</summary>
    public double? PerSecond { get; init; }

    /// <summary>Only counts what would be sent back. Default: false.</summary>
    public bool DryRun { get; init; }

    /// <summary>A message that was redriven this often stays where it is. Default: 5.</summary>
    public int RedriveLimit { get; init; } = 5;

    /// <summary>Whether they go to the exchange and routing key they were first published with, so that every subscriber gets them again. Default: false, and
    /// they go to the queue whose consumer dead-lettered them.</summary>
    public bool ToOriginalDestination { get; init; }

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Check()
    {
        if (MaxCount < 1)
        {
            throw new ArgumentException($"{nameof(MaxCount)} must be at least 1; it is {MaxCount}.", nameof(MaxCount));
        }

        if (PerSecond is { } rate && (!double.IsFinite(rate) || rate is < 0.001 or > 1_000_000))
        {
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{nameof(PerSecond)} must be between 0.001 and 1000000; it is {rate}."), nameof(PerSecond));
        }

        if (RedriveLimit < 1)
        {
            throw new ArgumentException($"{nameof(RedriveLimit)} must be at least 1; it is {RedriveLimit}.", nameof(RedriveLimit));
        }
    }
}
