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

    internal SagaStepSnapshot Snapshot => new(Name, Progress.State, Attempt, Progress.Compensation, CompensationAttempt, Output, LastError);
}
