using Dapper;
using TechCorp.Samples;

namespace OrderFlow;

/// <summary>Reads the databases of the services and checks the invariants: no effect is lost or duplicated, stock and money add
/// up, every order ended as scripted.</summary>
internal sealed class InvariantChecker(ServiceFleet fleet, FlowSettings settings)
{
    private static readonly string[] Subscribers = ["inventory-service", "notification-service", "analytics-service"];

    /// <summary>Whether no order, event, notification or image is still being processed.</summary>
    internal async Task<bool> IsQuietAsync(FlowProgress progress, CancellationToken cancellationToken)
    {
        var orders = await ReadOrdersAsync(cancellationToken);
        var events = 0;
        foreach (var subscriber in Subscribers)
        {
            events += await CountAsync(subscriber, "select count(*) from event_receipts", cancellationToken);
        }

        var sent = await CountAsync("notification-service", "select count(*) from sent", cancellationToken);
        progress.EventsReceived(events, sent);
        return orders.All(order => order.Status != "pending")
            && events >= orders.Count * 2 * Subscribers.Length
            && sent >= orders.Sum(order => NotificationAudit.ExpectedFor(order).Count)
            && await CountAsync("image-service", "select count(*) from images where status = 'done' and dead_lettered = redriven",
                cancellationToken) == ImageDriver.Ids.Count;
    }

    internal async Task<FlowResult> CheckAsync(Observations observed, CancellationToken cancellationToken)
    {
        var orders = await ReadOrdersAsync(cancellationToken);
        var result = new FlowResult
        {
            Orders = orders.Count,
            Completed = orders.Count(order => order.Status == "completed"),
            Compensated = orders.Count(order => order.Status == "cancelled"),
        };
        result.Expect("a placed order", settings.Orders, orders.Count);
        foreach (var order in orders.Where(order => order.Status == "pending"))
        {
            result.Lost.Add($"order {order.OrderId} is still pending");
        }

        var scripted = observed.Placed.ToDictionary(placed => placed.Value, placed => new ScriptedOrder(placed.Key));
        await StockAudit.RunAsync(result, orders, scripted, fleet, cancellationToken);
        await MoneyAudit.RunAsync(result, orders, fleet, cancellationToken);
        await EventAudit.RunAsync(result, orders, Subscribers, fleet, cancellationToken);
        await NotificationAudit.RunAsync(result, orders, fleet, cancellationToken);
        await ImageAudit.RunAsync(result, fleet, settings.DataDirectory, cancellationToken);
        ScriptAudit.Run(result, orders, settings, observed);
        result.Broken.InsertRange(0, observed.Faults);
        return result;
    }

    private async Task<IReadOnlyList<OrderRow>> ReadOrdersAsync(CancellationToken cancellationToken)
        => await fleet.ReadAsync<OrderRow>("order-service", "select order_id as OrderId, amount as Amount, status as Status from orders order by order_id",
            cancellationToken);

    private async Task<int> CountAsync(string service, string sql, CancellationToken cancellationToken)
    {
        await using var database = ServiceDatabase.Open(fleet.For(service));
        await using var connection = await database.OpenAsync(cancellationToken);
        return (int)await connection.ExecuteScalarAsync<long>(sql);
    }
}
