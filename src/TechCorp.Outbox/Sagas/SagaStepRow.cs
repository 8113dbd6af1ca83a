namespace TechCorp.Outbox;

/// <summary>A row of the step table as Dapper reads it.</summary>
internal sealed class SagaStepRow
{
    public string SagaId { get; set; } = "";

    public int Ordinal { get; set; }

    public string Name { get; set; } = "";

    public string State { get; set; } = "";

    public int Attempt { get; set; }

    public string Compensation { get; set; } = "";

    public int CompensationAttempt { get; set; }

    public string? Output { get; set; }

    public string? LastError { get; set; }

    internal StepProgress Progress => new(Enum.Parse<SagaStepState>(State), Attempt, Enum.Parse<CompensationState>(Compensation), CompensationAttempt, Output, LastError);

    /// <summary>What no version of ours has written here; null as a rule.</summary>
    internal string? Unreadable
        => !Enum.TryParse<SagaStepState>(State, out _) ? $"step '{Name}' is '{State}'"
            : !Enum.TryParse<CompensationState>(Compensation, out _) ? $"the compensation of step '{Name}' is '{Compensation}'"
            : null;

    internal SagaStepSnapshot Snapshot => new(Name, Progress.State, Attempt, Progress.Compensation, CompensationAttempt, Output, LastError);
}
