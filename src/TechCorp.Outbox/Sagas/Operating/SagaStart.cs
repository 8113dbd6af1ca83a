namespace TechCorp.Outbox;

/// <summary>The answer to a start.</summary>
/// <param name="Id">The instance that the business key belongs to.</param>
/// <param name="IsNew">False when the key had an instance already; nothing was written, and the given state was ignored.</param>
public readonly record struct SagaStart(Guid Id, bool IsNew);
