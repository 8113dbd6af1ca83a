namespace TechCorp.Resilience;

/// <summary>How idempotent operations are claimed, awaited and remembered. Copied at construction: later changes have no effect.</summary>
public sealed class IdempotencyOptions
{
    /// <summary>How long a claim lasts without renewal; after it, the key of an owner that died is free again. Default: 30 s.</summary>
    /// <remarks>It is renewed every third of it while the operation runs.</remarks>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an outcome is replayed. Default: 24 h.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long a call waits while another call with its key runs the operation; then it ends with <see cref="IdempotencyFailureReason.Conflict"/>.
    /// Zero: it ends as soon as it is known that another call runs the operation. Default: 10 s.
    /// </summary>
    public TimeSpan WaitTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The first interval between polls of a key that another process holds; each further one is twice as long. Default: 50 ms.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest interval between polls. Default: 1 s.</summary>
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The limit of each call to the store. Default: 5 s.</summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many times storing an outcome is tried before the call ends with <see cref="IdempotencyFailureReason.CompletionUnknown"/>.
    /// Default: 5.</summary>
    public int CompletionAttempts { get; set; } = 5;

    internal bool Waits => WaitTimeout > TimeSpan.Zero;

    /// <summary>
    /// How long a call waits for the first one with its key in this process. A call that does not wait for the operation waits for the claim, which may
    /// find an outcome to replay: longer than a claim can take, so that both calls get the failure of a claim that the store does not answer.
    /// </summary>
    internal TimeSpan JoinTimeout => Waits ? WaitTimeout : 2 * StoreTimeout;

    internal IdempotencyOptions Copy() => (IdempotencyOptions)MemberwiseClone();

    internal IEnumerable<string> Problems()
    {
        (string Name, TimeSpan Value)[] durations =
        [
            (nameof(Lease), Lease),
            (nameof(PollInterval), PollInterval),
            (nameof(StoreTimeout), StoreTimeout),
        ];
        foreach ((var name, var value) in durations)
        {
            if (value <= TimeSpan.Zero || value > OptionsCheck.MaxTimer)
            {
                yield return $"{name} must be more than zero and at most {OptionsCheck.MaxTimer}; it is {value}.";
            }
        }

        if (WaitTimeout < TimeSpan.Zero || WaitTimeout > OptionsCheck.MaxTimer)
        {
            yield return $"{nameof(WaitTimeout)} must not be negative and be at most {OptionsCheck.MaxTimer}; it is {WaitTimeout}.";
        }

        if (Retention <= TimeSpan.Zero || Retention > TimeSpan.FromDays(3650))
        {
            yield return $"{nameof(Retention)} must be more than zero and at most ten years; it is {Retention}.";
        }

        if (MaxPollInterval < PollInterval || MaxPollInterval > OptionsCheck.MaxTimer)
        {
            yield return $"{nameof(MaxPollInterval)} must be at least {nameof(PollInterval)} ({PollInterval}); it is {MaxPollInterval}.";
        }

        if (CompletionAttempts < 1)
        {
            yield return $"{nameof(CompletionAttempts)} must be at least 1; it is {CompletionAttempts}.";
        }
    }
}
