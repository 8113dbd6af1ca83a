namespace OrderFlow;

/// <summary>Every order ended as the script says, and the faults of the script took place.</summary>
internal static class ScriptAudit
{
    internal static void Run(Verdict verdict, IReadOnlyList<OrderRow> orders, FlowSettings settings, Observations observed)
    {
        var byId = orders.ToDictionary(order => order.OrderId);
        foreach (var order in Enumerable.Range(1, settings.Orders).Select(number => new ScriptedOrder(number)))
        {
            var end = observed.Placed.TryGetValue(order.Number, out var id) ? byId.GetValueOrDefault(id) switch
            {
                null => "is unknown to the order service",
                { Status: "completed" } => Say(verdict.RefundedOrders.Contains(id) ? null : ScriptedEnd.Completed),
                { Status: "cancelled" } => Say(verdict.RefundedOrders.Contains(id) ? ScriptedEnd.Refunded : ScriptedEnd.Compensated),
                _ => "has not ended",
            } : "was not placed";
            verdict.Require(id is null || byId.GetValueOrDefault(id) is not { } row || row.Amount == order.Amount, $"order {order.Number} ({id}) is not over the {order.Amount} cents that the script says");
            verdict.Require(end == Say(order.End), $"order {order.Number} ({id}) {end}; the script says that it {Say(order.End)}");
        }

        // What was interrupted may have passed the outage before it was seen.
        var inOutage = Enumerable.Range(1, settings.Orders).Count(number => new ScriptedOrder(number).MeetsOutage);
        verdict.Require(settings.Resume || verdict.QueuedPayments == inOutage, $"{verdict.QueuedPayments} payments were queued in an outage; the script says {inOutage}");
        verdict.Require(observed.RepeatedOrderWasOne, "an order that was sent twice with one key did not come back as one order");
        verdict.Require(verdict.DeadLettered == ImageDriver.CorruptImages, $"{verdict.DeadLettered} images were dead-lettered; the script says {ImageDriver.CorruptImages}");
        verdict.Require(verdict.Redriven == ImageDriver.CorruptImages, $"{verdict.Redriven} images were redriven; the script says {ImageDriver.CorruptImages}");
    }

    private static string Say(ScriptedEnd? end) => end switch
    {
        ScriptedEnd.Completed => "is completed",
        ScriptedEnd.Compensated => "is compensated without a refund",
        ScriptedEnd.Refunded => "is compensated with a refund",
        _ => "is completed with a refund",
    };
}
