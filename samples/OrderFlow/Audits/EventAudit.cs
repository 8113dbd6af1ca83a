namespace OrderFlow;

/// <summary>Checks that every subscriber received every event of every order once: <c>order.created</c>, and
/// <c>order.completed</c> or <c>order.cancelled</c>.</summary>
internal static class EventAudit
{
    internal static async Task RunAsync(FlowResult result, IReadOnlyList<OrderRow> orders, IReadOnlyList<string> subscribers, ServiceFleet fleet,
        CancellationToken cancellationToken)
    {
        foreach (var subscriber in subscribers)
        {
            var receipts = await fleet.ReadAsync<Receipts>(subscriber,
                "select order_id as OrderId, type as Type, count(*) as Times from event_receipts group by order_id, type", cancellationToken);
            var times = receipts.ToDictionary(receipt => (receipt.OrderId, receipt.Type), receipt => (int)receipt.Times);
            result.EventsBySubscriber[subscriber] = times.Values.Sum();
            foreach (var order in orders)
            {
                result.Expect($"order.created of {order.OrderId} at {subscriber}", 1, TakeCount("order.created"));
                result.Expect($"order.completed of {order.OrderId} at {subscriber}", order.Status == "completed" ? 1 : 0, TakeCount("order.completed"));
                result.Expect($"order.cancelled of {order.OrderId} at {subscriber}", order.Status == "cancelled" ? 1 : 0, TakeCount("order.cancelled"));

                int TakeCount(string type) => times.Remove((order.OrderId, type), out var count) ? count : 0;
            }

            result.Require(times.Count == 0, $"{subscriber} received events of unknown orders: {string.Join(", ", times.Keys)}");
        }

        var counts = await fleet.ReadAsync<Counts>("analytics-service", "select events as Events from counts", cancellationToken);
        var received = await fleet.ReadAsync<Counts>("analytics-service", "select count(*) as Events from event_receipts", cancellationToken);
        result.Require(counts.Sum(count => count.Events) == received[0].Events,
            "the event counts of analytics-service differ from the events that it received");
    }

    private sealed record Receipts(string OrderId, string Type, long Times);

    private sealed record Counts(long Events);
}
