namespace TechCorp.Outbox;

/// <summary>What the contexts of a call show of it.</summary>
internal sealed record SagaCall(Guid Id, string BusinessKey, string Key, string ActionKey, int Attempt, string? Output, string? Reason)
{
    /// <summary>The ids of its events by their place; null: new ones.</summary>
    internal Func<int, string>? EventId { get; init; }
}
