using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>The payment service.</summary>
internal sealed class SagaGateway(TestDatabase db) : SagaParticipant(db)
{
    internal bool Declines { get; set; }

    /// <summary>How many charges are answered "accepted, not decided" first.</summary>
    internal int Queued { get; set; }

    internal async Task<StepOutcome> ChargeAsync(string key, string order, long amount, CancellationToken cancellationToken)
    {
        if (Declines)
        {
            Calls.Enqueue(("charge", key));
            return StepOutcome.Rejected("Card declined.");
        }

        if (Queued > 0)
        {
            Queued--;
            Calls.Enqueue(("charge", key));
            return StepOutcome.Pending(TimeSpan.FromSeconds(3), "Queued.");
        }

        return await ActAsync("charge", key, order, amount, cancellationToken) == BarrierEntry.DanglingAction
            ? StepOutcome.Rejected("Refunded before it was charged.")
            : StepOutcome.Success($"p-{key}");
    }

    internal Task RefundAsync(string chargeKey, string order, long amount, CancellationToken cancellationToken)
        => UndoAsync("refund", chargeKey, order, amount, cancellationToken);
}
