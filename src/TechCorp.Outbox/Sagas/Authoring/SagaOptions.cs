namespace TechCorp.Outbox;

/// <summary>How sagas are run. Configuration section <c>TechCorp:Outbox:Sagas</c>.</summary>
public sealed class SagaOptions
{
    /// <summary>How many sagas of this process run a step at the same time. Default: 32.</summary>
    public int Concurrency { get; set; } = 32;

    /// <summary>How long a process that was killed keeps its sagas; renewed at a third of it while it lives. Default: 5 s.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait between two searches for due sagas of other processes. Default: 5 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one call of an action or a compensation may take where the step does not say; then its outcome is unknown. Default: 30 s.</summary>
    public TimeSpan StepTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait before the second attempt where the step does not say; doubled from there. Default: 1 s.</summary>
    public TimeSpan RetryBaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many times a compensation is tried before it is stuck. Default: 10.</summary>
    public int MaxCompensationAttempts { get; set; } = 10;

    /// <summary>The longest wait between attempts of a compensation. Default: 30 s.</summary>
    public TimeSpan MaxCompensationDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After how many attempts a step that is never given up needs attention. Default: 10.</summary>
    public int AlarmAfterAttempts { get; set; } = 10;

    /// <summary>What happens when a compensation is stuck. Default: <see cref="StuckCompensationBehavior.Stop"/>.</summary>
    public StuckCompensationBehavior StuckCompensationBehavior { get; set; }

    /// <summary>How long a saga may be due without a process that knows its definition before it is suspended. Default: 1 min.</summary>
    public TimeSpan SuspendAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long ended sagas are kept; until then a business key cannot be used again. Default: 30 days.</summary>
    public TimeSpan KeepEnded { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long the marks of the <see cref="SagaBarrier"/> are kept: longer than any saga, here or elsewhere, may be stuck. When the mark of an action is
    /// gone, its compensation treats the action as one that never ran, and undoes nothing. At least 90 days, and at least <see cref="KeepEnded"/> and the
    /// longest deadline of a saga together. Default: 365 days.
    /// </summary>
    public TimeSpan KeepBarrierMarks { get; set; } = TimeSpan.FromDays(365);

    internal IEnumerable<string> Problems()
    {
        foreach (var (name, value) in new[]
        {
            (nameof(Concurrency), Concurrency),
            (nameof(MaxCompensationAttempts), MaxCompensationAttempts),
            (nameof(AlarmAfterAttempts), AlarmAfterAttempts),
        })
        {
            if (value < 1)
            {
                yield return $"{name} must be at least 1; it is {value}.";
            }
        }

        foreach (var (name, value) in new[]
        {
            (nameof(PollInterval), PollInterval), (nameof(StepTimeout), StepTimeout), (nameof(RetryBaseDelay), RetryBaseDelay),
            (nameof(MaxCompensationDelay), MaxCompensationDelay), (nameof(SuspendAfter), SuspendAfter), (nameof(KeepEnded), KeepEnded),
        })
        {
            if (value <= TimeSpan.Zero)
            {
                yield return $"{name} must be positive; it is {value}.";
            }
        }

        if (KeepBarrierMarks < TimeSpan.FromDays(90) || KeepBarrierMarks < KeepEnded)
        {
            yield return $"{nameof(KeepBarrierMarks)} must be at least 90 days and at least {nameof(KeepEnded)} ({KeepEnded}); it is {KeepBarrierMarks}.";
        }

        if (LeaseDuration < TimeSpan.FromSeconds(1))
        {
            yield return $"{nameof(LeaseDuration)} must be at least 1 s; it is {LeaseDuration}.";
        }
    }

    internal SagaOptions Copy() => (SagaOptions)MemberwiseClone();
}
