namespace TechCorp.Outbox;

/// <summary>What the planner knows of a step.</summary>
internal sealed record StepRules(string Name, SagaStepKind Kind, bool HasCompensation, bool HasQuery, int Attempts, Backoff Backoff);
