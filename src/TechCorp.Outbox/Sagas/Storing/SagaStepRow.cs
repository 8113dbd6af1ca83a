namespace TechCorp.Outbox;

/// <summary>A row of the step table as Dapper reads it.</summary>
internal sealed class SagaStepRow
{
    internal string SagaId { get; set; } = "";

    internal int Ordinal { get; set; }

    internal string Name { get; set; } = "";

    internal string State { get; set; } = "";

    internal int Attempt { get; set; }

    internal string Compensation { get; set; } = "";

    internal int CompensationAttempt { get; set; }

    internal string? Output { get; set; }

    internal string? LastError { get; set; }

    internal StepProgress Progress
        => new(Enum.Parse<SagaStepState>(State), Attempt, Enum.Parse<CompensationState>(Compensation), CompensationAttempt, Output, LastError);

    /// <summary>The value that this version cannot read; null when it can read all.</summary>
    internal string? Unreadable
        => !Enum.TryParse<SagaStepState>(State, out _) ? $"step '{Name}' is '{State}'"
            : !Enum.TryParse<CompensationState>(Compensation, out _) ? $"the compensation of step '{Name}' is '{Compensation}'"
            : null;

    internal SagaStepSnapshot Snapshot => new(Name, Progress.State, Attempt, Progress.Compensation, CompensationAttempt, Output, LastError);
}
