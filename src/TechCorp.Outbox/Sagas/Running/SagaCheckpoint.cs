namespace TechCorp.Outbox;

/// <summary>An instance as it is stored now, with what comes next.</summary>
/// <param name="Instance">As stored.</param>
/// <param name="Plan">What comes next.</param>
/// <param name="Kept">Whether this process owns it and keeps running it.</param>
internal sealed record SagaCheckpoint(SagaInstance Instance, SagaPlan Plan, bool Kept);
