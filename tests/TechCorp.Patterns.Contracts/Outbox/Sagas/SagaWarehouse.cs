using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>The inventory service.</summary>
internal sealed class SagaWarehouse(TestDatabase db) : SagaParticipant(db)
{
    internal bool HasStock { get; set; } = true;

    internal async Task<string?> ReserveAsync(string key, string order, int quantity, CancellationToken cancellationToken)
    {
        if (!HasStock)
        {
            Calls.Enqueue(("reserve", key));
            return null;
        }

        return await ActAsync("reserve", key, order, quantity, cancellationToken) == BarrierEntry.DanglingAction ? null : $"r-{key}";
    }

    internal Task ReleaseAsync(string reserveKey, string order, int quantity, CancellationToken cancellationToken)
        => UndoAsync("release", reserveKey, order, quantity, cancellationToken);

    internal Task ConfirmAsync(string key, string order, int quantity, CancellationToken cancellationToken)
        => ActAsync("confirm", key, order, quantity, cancellationToken);
}
