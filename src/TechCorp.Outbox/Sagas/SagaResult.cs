namespace TechCorp.Outbox;

/// <summary>What a call left: its report, the state as JSON, and the events to be written with it.</summary>
internal sealed record SagaResult(StepReport Report, string Data, IReadOnlyList<OutboxMessage> Events);
