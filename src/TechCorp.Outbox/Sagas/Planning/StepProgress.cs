namespace TechCorp.Outbox;

/// <summary>How far a step has come.</summary>
/// <param name="State">Of the action.</param>
/// <param name="Attempt">The attempt that runs or ran last. A canceled attempt, and one whose outcome is pending elsewhere, is reverted.</param>
/// <param name="Compensation">Of the compensation.</param>
/// <param name="CompensationAttempt">The same for the compensation.</param>
/// <param name="Output">What a success left.</param>
/// <param name="LastError">What went wrong last.</param>
internal sealed record StepProgress(
    SagaStepState State = SagaStepState.Pending,
    int Attempt = 0,
    CompensationState Compensation = CompensationState.None,
    int CompensationAttempt = 0,
    string? Output = null,
    string? LastError = null);
