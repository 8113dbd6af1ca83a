namespace TechCorp.Resilience;

/// <summary>How idempotent operations are claimed, awaited and remembered. Copied at construction: later changes have no effect.</summary>
public sealed class IdempotencyOptions
{
    /// <summary>How long a claim lasts without renewal; a key whose owner died is free again after it. Default: 30 s.</summary>
    /// <remarks>A running operation renews it every third of it.</remarks>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an outcome is replayed. Default: 24 h.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>What a call does while another with its key runs. Default: <see cref="DuplicateMode.Wait"/>.</summary>
    public DuplicateMode OnDuplicate { get; set; }

    /// <summary>How long a call waits for another; then it ends with <see cref="IdempotencyConflictException"/>. Default: 10 s.</summary>
    public TimeSpan WaitTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The first pause between two looks at a key that another process holds; each is twice as long. Default: 50 ms.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between two looks. Default: 1 s.</summary>
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The limit of each call to the store. Default: 5 s.</summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often storing an outcome is tried before it ends with <see cref="CompletionUnknownException"/>. Default: 5.</summary>
    public int CompletionAttempts { get; set; } = 5;

    internal IdempotencyOptions Copy() => (IdempotencyOptions)MemberwiseClone();

    internal IEnumerable<string> Problems()
    {
        (string Name, TimeSpan Value)[] durations =
        [
            (nameof(Lease), Lease),
            (nameof(WaitTimeout), WaitTimeout),
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

        if (!Enum.IsDefined(OnDuplicate))
        {
            yield return $"{nameof(OnDuplicate)} must be a {nameof(DuplicateMode)}; it is {OnDuplicate}.";
        }
    }
}
