using Dapper;
using TechCorp.Samples;

namespace OrderFlow;

/// <summary>Reads the services' own databases and checks that they agree: nothing lost, nothing twice, stock and money conserved, every end as the script has it.</summary>
internal sealed class Oracle(ServiceFleet fleet, FlowSettings settings)
{
    private static readonly string[] Subscribers = ["inventory-service", "notification-service", "analytics-service"];

    /// <summary>Whether everything that is under way has arrived.</summary>
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
            && await CountAsync("image-service", "select count(*) from images where status = 'done' and dead_lettered = redriven", cancellationToken) == ImageDriver.Ids.Count;
    }

    internal async Task<Verdict> JudgeAsync(Observations observed, CancellationToken cancellationToken)
    {
        var orders = await ReadOrdersAsync(cancellationToken);
        var verdict = new Verdict
        {
            Orders = orders.Count,
            Completed = orders.Count(order => order.Status == "completed"),
            Compensated = orders.Count(order => order.Status == "cancelled"),
        };
        verdict.Expect("an order that was placed", settings.Orders, orders.Count);
        foreach (var order in orders.Where(order => order.Status == "pending"))
        {
            verdict.Lost.Add($"the end of order {order.OrderId}");
        }

        var scripted = observed.Placed.ToDictionary(placed => placed.Value, placed => new ScriptedOrder(placed.Key));
        await StockAudit.RunAsync(verdict, orders, scripted, fleet, cancellationToken);
        await MoneyAudit.RunAsync(verdict, orders, fleet, cancellationToken);
        await EventAudit.RunAsync(verdict, orders, Subscribers, fleet, cancellationToken);
        await NotificationAudit.RunAsync(verdict, orders, fleet, cancellationToken);
        await ImageAudit.RunAsync(verdict, fleet, settings.DataDirectory, cancellationToken);
        ScriptAudit.Run(verdict, orders, settings, observed);
        verdict.Broken.InsertRange(0, observed.Faults);
        return verdict;
    }

    private async Task<IReadOnlyList<OrderRow>> ReadOrdersAsync(CancellationToken cancellationToken)
        => await fleet.ReadAsync<OrderRow>("order-service", "select order_id as OrderId, amount as Amount, status as Status from orders order by order_id", cancellationToken);

    private async Task<int> CountAsync(string service, string sql, CancellationToken cancellationToken)
    {
        await using var database = ServiceDatabase.Open(fleet.For(service));
        await using var connection = await database.OpenAsync(cancellationToken);
        return (int)await connection.ExecuteScalarAsync<long>(sql);
    }
}
