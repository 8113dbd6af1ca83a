namespace TechCorp.Messaging;

/// <summary>Which dead letters are sent back, how many and how fast. Immutable.</summary>
public sealed record RedriveOptions
{
    /// <summary>Which ones. Default: all. Called once for each dead letter looked at.</summary>
    public Func<DeadLetter, bool>? Filter { get; init; }

    /// <summary>The most that are sent back in one call. Default: no limit; never more than were there when the call began.</summary>
    public int? MaxCount { get; init; }

    /// <summary>The most that are sent back each second; null for as fast as they are confirmed. Default: null.</summary>
    public double? PerSecond { get; init; }

    /// <summary>Only counts what would be sent back. Default: false.</summary>
    public bool DryRun { get; init; }

    /// <summary>A message that was redriven this often stays where it is. Default: 5.</summary>
    public int ReplayLimit { get; init; } = 5;

    /// <summary>Where they go. Default: <see cref="RedriveTarget.OriginalQueue"/>.</summary>
    public RedriveTarget Target { get; init; }

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Check()
    {
        if (MaxCount < 1)
        {
            throw new ArgumentException($"{nameof(MaxCount)} must be at least 1; it is {MaxCount}.", nameof(MaxCount));
        }

        if (PerSecond is { } rate && (!double.IsFinite(rate) || rate is < 0.001 or > 1_000_000))
        {
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{nameof(PerSecond)} must be between 0.001 and 1000000; it is {rate}."), nameof(PerSecond));
        }

        if (ReplayLimit < 1)
        {
            throw new ArgumentException($"{nameof(ReplayLimit)} must be at least 1; it is {ReplayLimit}.", nameof(ReplayLimit));
        }
    }
}
