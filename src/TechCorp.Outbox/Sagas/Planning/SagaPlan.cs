namespace TechCorp.Outbox;

/// <summary>The planner's answer: what to write, then what to do.</summary>
/// <param name="Progress">To be durable, with the intent, before anything is called.</param>
/// <param name="Move">What to do then.</param>
/// <param name="Ordinal">The step it is about.</param>
/// <param name="Delay">How long a wait is.</param>
internal sealed record SagaPlan(SagaProgress Progress, SagaMove Move, int Ordinal = -1, TimeSpan Delay = default);
