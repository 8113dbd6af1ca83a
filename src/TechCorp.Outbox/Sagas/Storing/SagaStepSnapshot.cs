namespace TechCorp.Outbox;

/// <summary>A step of a saga at a moment.</summary>
/// <param name="Name">The step.</param>
/// <param name="State">Where its action stands.</param>
/// <param name="Attempt">How many times it was attempted, as far as it counts.</param>
/// <param name="Compensation">Where its compensation stands.</param>
/// <param name="CompensationAttempt">How many times that was attempted.</param>
/// <param name="Output">What a success left.</param>
/// <param name="LastError">What went wrong last; null after a success.</param>
public sealed record SagaStepSnapshot(string Name, SagaStepState State, int Attempt, CompensationState Compensation, int CompensationAttempt, string? Output,
    string? LastError);
