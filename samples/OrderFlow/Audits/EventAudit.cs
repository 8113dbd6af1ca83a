namespace OrderFlow;

/// <summary>Every subscriber received every event of every order once: its placing and its end.</summary>
internal static class EventAudit
{
    internal static async Task RunAsync(Verdict verdict, IReadOnlyList<OrderRow> orders, IReadOnlyList<string> subscribers, ServiceFleet fleet, CancellationToken cancellationToken)
    {
        foreach (var subscriber in subscribers)
        {
            var receipts = await fleet.ReadAsync<Receipts>(subscriber, "select order_id as OrderId, type as Type, count(*) as Times from event_receipts group by order_id, type", cancellationToken);
            var times = receipts.ToDictionary(receipt => (receipt.OrderId, receipt.Type), receipt => (int)receipt.Times);
            verdict.EventsBySubscriber[subscriber] = times.Values.Sum();
            foreach (var order in orders)
            {
                verdict.Expect($"order.created of {order.OrderId} at {subscriber}", 1, Take("order.created"));
                verdict.Expect($"order.completed of {order.OrderId} at {subscriber}", order.Status == "completed" ? 1 : 0, Take("order.completed"));
                verdict.Expect($"order.cancelled of {order.OrderId} at {subscriber}", order.Status == "cancelled" ? 1 : 0, Take("order.cancelled"));

                int Take(string type) => times.Remove((order.OrderId, type), out var count) ? count : 0;
            }

            verdict.Require(times.Count == 0, $"{subscriber} received events of orders that nobody placed: {string.Join(", ", times.Keys)}");
        }

        var counts = await fleet.ReadAsync<Counts>("analytics-service", "select events as Events from counts", cancellationToken);
        var received = await fleet.ReadAsync<Counts>("analytics-service", "select count(*) as Events from event_receipts", cancellationToken);
        verdict.Require(counts.Sum(count => count.Events) == received[0].Events, "the analytics counts are not the events that it received");
    }

    private sealed record Receipts(string OrderId, string Type, long Times);

    private sealed record Counts(long Events);
}
