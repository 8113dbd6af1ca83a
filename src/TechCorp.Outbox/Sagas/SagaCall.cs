namespace TechCorp.Outbox;

/// <summary>What the contexts of a call tell about it.</summary>
internal sealed record SagaCall(Guid Id, string BusinessKey, string Key, string ActionKey, int Attempt, string? Output, string? Reason);
