namespace TechCorp.Outbox;

/// <summary>How the relay reads, retries and waits.</summary>
public sealed class RelayOptions
{
    /// <summary>The most rows that are read and not yet marked as sent; also the bound of duplicates after a crash. What is confirmed is marked a quarter of
    /// them at a time, and after some 50 ms. Their payloads have some 16 MiB at most, or one row alone has more. 1 to 10000. Default: 2000.</summary>
    public int BatchSize { get; set; } = 2000;

    /// <summary>
    /// How long the row of a confirmed event is kept, marked with the time of the confirm (<c>sent_at</c>). Default: zero, the row is deleted with the
    /// confirm, so the outbox is as small as its backlog.
    /// </summary>
    public TimeSpan KeepSent { get; set; }

    /// <summary>How long an event that no queue is bound for is tried again before it is parked; a subscriber may not be deployed yet. Default: 24 h.</summary>
    public TimeSpan UnroutableGrace { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The wait after an event's first refusal by the broker; doubled each time. Default: 1 s.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two attempts of one event. Default: 1 min.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many times an event that the broker refuses is tried before it is parked, with its key. 0: forever. At most 32767.
    /// Default: 20, some 15 minutes.</summary>
    public int MaxAttempts { get; set; } = 20;

    /// <summary>The wait between two reads of the database while events come; doubled while none come. Default: 10 ms.</summary>
    public TimeSpan MinPollInterval { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest wait between two reads, and after the broker or the database failed; up to a fifth is added at random. Default: 5 s.</summary>
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the relay reads from the beginning: for rows that were committed late, are due again, or were redriven. Default: 1 s.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>SQLite: how long a relay that hangs keeps its partitions. One that has died loses them at once. Default: 1 min.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMinutes(1);

    internal IEnumerable<string> Problems()
    {
        if (BatchSize is < 1 or > 10_000)
        {
            yield return $"{nameof(BatchSize)} must be between 1 and 10000; it is {BatchSize}.";
        }

        if (MaxAttempts is < 0 or > short.MaxValue)
        {
            yield return $"{nameof(MaxAttempts)} must be between 0 and {short.MaxValue}; it is {MaxAttempts}.";
        }

        foreach (var (name, value) in new[]
        {
            (nameof(RetryDelay), RetryDelay),
            (nameof(MinPollInterval), MinPollInterval),
            (nameof(SweepInterval), SweepInterval),
            (nameof(LeaseDuration), LeaseDuration),
        })
        {
            if (value <= TimeSpan.Zero)
            {
                yield return $"{name} must be positive; it is {value}.";
            }
        }

        foreach (var (name, value) in new[] { (nameof(UnroutableGrace), UnroutableGrace), (nameof(KeepSent), KeepSent) })
        {
            if (value < TimeSpan.Zero)
            {
                yield return $"{name} must not be negative; it is {value}.";
            }
        }

        if (MaxRetryDelay < RetryDelay)
        {
            yield return $"{nameof(MaxRetryDelay)} must be at least {nameof(RetryDelay)} ({RetryDelay}); it is {MaxRetryDelay}.";
        }

        if (MaxPollInterval < MinPollInterval)
        {
            yield return $"{nameof(MaxPollInterval)} must be at least {nameof(MinPollInterval)} ({MinPollInterval}); it is {MaxPollInterval}.";
        }
    }

    internal RelayOptions Copy()
    {
        OptionsCheck.Throw(nameof(RelayOptions), Problems());
        return (RelayOptions)MemberwiseClone();
    }
}
