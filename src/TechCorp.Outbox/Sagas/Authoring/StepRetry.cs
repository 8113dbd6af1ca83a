namespace TechCorp.Outbox;

/// <summary>How many times a step whose outcome is unknown is asked again, with the same key, and when. Immutable.</summary>
public sealed record StepRetry
{
    /// <summary>At once, then after 1, 2, 4 and 8 s; five attempts in all.</summary>
    public static StepRetry Default { get; } = new();

    /// <summary>One attempt.</summary>
    public static StepRetry None { get; } = new() { MaxAttempts = 1 };

    /// <summary>How many times the action is called before it is given up. Steps at or after the pivot are never given up. Default: 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The wait before the second attempt; doubled from there. Default: <see cref="SagaOptions.RetryBaseDelay"/>, 1 s.</summary>
    public TimeSpan? BaseDelay { get; init; }

    /// <summary>The longest wait. Default: 8 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(8);

    internal IEnumerable<string> Problems()
    {
        if (MaxAttempts < 1)
        {
            yield return $"{nameof(MaxAttempts)} must be at least 1; it is {MaxAttempts}.";
        }

        if (BaseDelay <= TimeSpan.Zero)
        {
            yield return $"{nameof(BaseDelay)} must be positive; it is {BaseDelay}.";
        }

        if (MaxDelay <= TimeSpan.Zero)
        {
            yield return $"{nameof(MaxDelay)} must be positive; it is {MaxDelay}.";
        }
    }
}
