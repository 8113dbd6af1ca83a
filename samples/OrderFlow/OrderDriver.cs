using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OrderFlow;

/// <summary>Acts as the customers: places the orders over HTTP and, where scripted, switches a payment gateway outage on and off.</summary>
internal sealed class OrderDriver(ServiceFleet fleet, ServiceClient client, FlowProgress progress, FlowSettings settings)
{
    private readonly ConcurrentDictionary<int, string> _placed = [];
    private readonly HashSet<string> _ended = [];

    /// <summary>The order id of each scripted order, by its number.</summary>
    internal IReadOnlyDictionary<int, string> Placed => _placed;

    /// <summary>In how many outages the circuit was open.</summary>
    internal int OutagesSeen { get; private set; }

    /// <summary>Whether an order that was sent twice got the same order id.</summary>
    internal bool RepeatedOrderWasOne { get; private set; }

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var count = settings.Orders;
        await CreateProductsAsync(cancellationToken);
        for (var number = 1; number <= count; number++)
        {
            var order = new ScriptedOrder(number);
            if (order.MeetsOutage)
            {
                var last = number < count && new ScriptedOrder(number + 1).MeetsOutage ? number + 1 : number;
                await RunThroughOutageAsync(number, last, cancellationToken);
                number = last;
            }
            else if (order.LosesReply)
            {
                await AwaitEndAsync(cancellationToken);
                await PlaceAsync(order, cancellationToken);
                await AwaitEndAsync(cancellationToken);
            }
            else
            {
                await PlaceAsync(order, cancellationToken);
            }
        }

        var again = _placed[1];
        await PlaceAsync(new ScriptedOrder(1), cancellationToken);
        RepeatedOrderWasOne = _placed[1] == again;
        await AwaitEndAsync(cancellationToken);
    }

    private async Task CreateProductsAsync(CancellationToken cancellationToken)
    {
        foreach (var product in ScriptedOrder.Products)
        {
            await PutAsync($"/products/{product}", new { on_hand = 1_000_000 }, cancellationToken);
        }

        await PutAsync($"/products/{ScriptedOrder.PhantomProduct}", new { on_hand = 1_000, missing = 1_000 }, cancellationToken);
    }

    private async Task RunThroughOutageAsync(int first, int last, CancellationToken cancellationToken)
    {
        await AwaitEndAsync(cancellationToken);
        await SetOutageAsync(true, cancellationToken);
        try
        {
            await Task.WhenAll(Enumerable.Range(first, last - first + 1).Select(number => PlaceAsync(new ScriptedOrder(number), cancellationToken)));
            for (var number = first; number <= last; number++)
            {
                var orderId = _placed[number];
                await Polling.WaitUntilAsync(
                    () => IsQueuedOrEndedAsync(orderId, cancellationToken), $"order {number} ({orderId}) was not queued in a gateway outage",
                    settings.WaitTimeout, cancellationToken);
            }

            var gateway = await client.GetAsync(new Uri(fleet.Payments, "/gateway"), cancellationToken);
            OutagesSeen += gateway!["circuit"]!.GetValue<string>() == "Closed" ? 0 : 1;
        }
        finally
        {
            await SetOutageAsync(false, CancellationToken.None);
        }

        await AwaitEndAsync(cancellationToken);
    }

    // Queued while the gateway is down; already past that status if the run was resumed after the outage.
    private async Task<bool> IsQueuedOrEndedAsync(string orderId, CancellationToken cancellationToken)
    {
        var payments = (JsonArray)(await client.GetAsync(new Uri(fleet.Payments, $"/payments?orderId={orderId}"), cancellationToken))!;
        return payments.Any(payment => payment!["status"]!.GetValue<string>() != "unknown") || await HasEndedAsync(orderId, cancellationToken);
    }

    private async Task PlaceAsync(ScriptedOrder order, CancellationToken cancellationToken)
    {
        var placed = await client.PostAsync(new Uri(fleet.Orders, "/orders"), order.Key, order.Body, cancellationToken);
        _placed[order.Number] = placed!["order_id"]!.GetValue<string>();
        progress.OrdersPlaced(_placed.Count);
    }

    /// <summary>Waits until every order placed so far is completed or canceled.</summary>
    private async Task AwaitEndAsync(CancellationToken cancellationToken)
    {
        foreach (var (number, orderId) in _placed.Where(placed => !_ended.Contains(placed.Value)).OrderBy(placed => placed.Key).ToList())
        {
            await Polling.WaitUntilAsync(() => HasEndedAsync(orderId, cancellationToken), $"order {number} ({orderId}) did not end", settings.WaitTimeout,
                cancellationToken);
        }
    }

    private async Task<bool> HasEndedAsync(string orderId, CancellationToken cancellationToken)
    {
        var order = await client.GetAsync(new Uri(fleet.Orders, $"/orders/{orderId}"), cancellationToken);
        if (order!["status"]!.GetValue<string>() == "pending")
        {
            return false;
        }

        if (_ended.Add(orderId))
        {
            progress.OrdersEnded(_ended.Count);
        }

        return true;
    }

    private Task SetOutageAsync(bool active, CancellationToken cancellationToken)
        => client.PutAsync(new Uri(fleet.Payments, $"/gateway/outage?active={active}"), null, cancellationToken);

    private Task PutAsync(string path, object body, CancellationToken cancellationToken)
        => client.PutAsync(new Uri(fleet.Inventory, path), JsonContent.Create(body), cancellationToken);
}
