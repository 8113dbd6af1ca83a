namespace OrderFlow;

/// <summary>Checks that every order caused its notifications, each sent once through the channel in its routing key.</summary>
internal static class NotificationAudit
{
    internal static IReadOnlyList<string> ExpectedFor(OrderRow order) => order.Status switch
    {
        "completed" => ["notification.email.order.confirmed", "notification.sms.order.shipped", "notification.push.promo.new"],
        "cancelled" => ["notification.email.order.confirmed", "notification.email.order.cancelled"],
        _ => ["notification.email.order.confirmed"],
    };

    internal static async Task RunAsync(FlowResult result, IReadOnlyList<OrderRow> orders, ServiceFleet fleet, CancellationToken cancellationToken)
    {
        var sent = await fleet.ReadAsync<Sent>(
            "notification-service",
            "select order_id as OrderId, channel as Channel, routing_key as RoutingKey, count(*) as Times from sent group by order_id, channel, routing_key",
            cancellationToken);
        var ofOrder = sent.ToLookup(notification => notification.OrderId);
        foreach (var order in orders)
        {
            var expected = ExpectedFor(order);
            foreach (var routingKey in expected)
            {
                result.Expect($"{routingKey} for order {order.OrderId}", 1,
                    (int)ofOrder[order.OrderId].Where(notification => notification.RoutingKey == routingKey).Sum(notification => notification.Times));
            }

            result.Require(ofOrder[order.OrderId].All(notification => expected.Contains(notification.RoutingKey)),
                $"order {order.OrderId} caused an unexpected notification");
        }

        result.Require(sent.All(notification => notification.RoutingKey.StartsWith($"notification.{notification.Channel}.", StringComparison.Ordinal)),
            "a notification was sent through another channel than the one in its routing key");
        result.SentByChannel = sent.GroupBy(notification => notification.Channel)
            .ToDictionary(group => group.Key, group => (int)group.Sum(notification => notification.Times));
    }

    private sealed record Sent(string OrderId, string Channel, string RoutingKey, long Times);
}
