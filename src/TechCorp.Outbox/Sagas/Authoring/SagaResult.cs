namespace TechCorp.Outbox;

/// <summary>What a call left: its outcome, the state as JSON, and the events to be written with it.</summary>
internal sealed record SagaResult(StepOutcome Outcome, string Data, IReadOnlyList<OutboxMessage> Events);
