namespace OrderFlow;

/// <summary>Checks that every order ended as scripted, and that the scripted faults occurred.</summary>
internal static class ScriptAudit
{
    internal static void Run(FlowResult result, IReadOnlyList<OrderRow> orders, FlowSettings settings, Observations observed)
    {
        var byId = orders.ToDictionary(order => order.OrderId);
        foreach (var order in Enumerable.Range(1, settings.Orders).Select(number => new ScriptedOrder(number)))
        {
            var end = observed.Placed.TryGetValue(order.Number, out var id) ? byId.GetValueOrDefault(id) switch
            {
                null => "is not in the order service's database",
                { Status: "completed" } => Describe(result.RefundedOrders.Contains(id) ? null : ExpectedOutcome.Completed),
                { Status: "cancelled" } => Describe(result.RefundedOrders.Contains(id) ? ExpectedOutcome.Refunded : ExpectedOutcome.Compensated),
                _ => "has not ended",
            } : "was not placed";
            result.Require(id is null || byId.GetValueOrDefault(id) is not { } row || row.Amount == order.Amount,
                $"order {order.Number} ({id}) does not amount to {order.Amount} cents");
            result.Require(end == Describe(order.Outcome), $"order {order.Number} ({id}) {end}; expected: it {Describe(order.Outcome)}");
        }

        // In a resumed run, the interrupted process may have passed the outage before it saw the queued payments.
        var inOutage = Enumerable.Range(1, settings.Orders).Count(number => new ScriptedOrder(number).MeetsOutage);
        result.Require(settings.Resume || result.QueuedPayments == inOutage,
            $"{result.QueuedPayments} payments were queued in a gateway outage; expected: {inOutage}");
        result.Require(observed.RepeatedOrderWasOne, "an order that was sent twice with the same key created two orders");
        result.Require(result.DeadLettered == ImageDriver.CorruptImages,
            $"{result.DeadLettered} images were dead-lettered; expected: {ImageDriver.CorruptImages}");
        result.Require(result.Redriven == ImageDriver.CorruptImages, $"{result.Redriven} images were redriven; expected: {ImageDriver.CorruptImages}");
    }

    private static string Describe(ExpectedOutcome? end) => end switch
    {
        ExpectedOutcome.Completed => "is completed",
        ExpectedOutcome.Compensated => "is compensated without a refund",
        ExpectedOutcome.Refunded => "is compensated with a refund",
        _ => "is completed with a refund",
    };
}
