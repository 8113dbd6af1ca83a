namespace OrderFlow;

/// <summary>Checks that no stock is lost, and that every order reserved and sold its items once, or reserved and released them
/// once, or did not move them.</summary>
internal static class StockAudit
{
    internal static async Task RunAsync(FlowResult result, IReadOnlyList<OrderRow> orders, IReadOnlyDictionary<string, ScriptedOrder> scripted,
        ServiceFleet fleet, CancellationToken cancellationToken)
    {
        var movements = await fleet.ReadAsync<Movement>(
            "inventory-service",
            "select order_id as OrderId, product_id as ProductId, kind as Kind, count(*) as Times, cast(sum(quantity) as bigint) as Quantity from "
                + "stock_movements group by order_id, product_id, kind",
            cancellationToken);
        foreach (var product in await fleet.ReadAsync<Product>(
            "inventory-service", "select product_id as ProductId, initial as Initial, on_hand as OnHand, reserved as Reserved, sold as Sold from products",
            cancellationToken))
        {
            result.Require(product.OnHand + product.Reserved + product.Sold == product.Initial,
                $"the stock of {product.ProductId} does not add up to its initial quantity: {product}");
            result.Require(product.Reserved == 0, $"{product.Reserved} of {product.ProductId} are reserved without an order");
            var sold = movements.Where(movement => movement.ProductId == product.ProductId && movement.Kind == "sell").Sum(movement => movement.Quantity);
            result.Require(product.Sold == sold, $"{product.Sold} of {product.ProductId} are sold, but the movements sold {sold}");
            result.Require(product.OnHand >= 0, $"the stock of {product.ProductId} is negative: {product.OnHand}");
        }

        var byOrder = movements.ToLookup(movement => movement.OrderId);
        foreach (var order in orders.Where(order => order.Status != "pending"))
        {
            var ofOrder = byOrder[order.OrderId].ToLookup(movement => movement.ProductId);
            var ordered = scripted.TryGetValue(order.OrderId, out var script)
                ? script.Lines.ToDictionary(line => line.Product, line => (long)line.Quantity)
                : [];
            result.Require(order.Status != "completed" || ofOrder.Count == ordered.Count,
                $"order {order.OrderId} is completed and has {ordered.Count} products, but {ofOrder.Count} products moved");
            foreach (var product in ofOrder)
            {
                var end = order.Status == "completed" ? "sell" : "release";
                result.Expect($"reservation of {product.Key} for order {order.OrderId}", 1, Times(product, "reserve"));
                result.Expect($"{end} of {product.Key} for order {order.OrderId}", 1, Times(product, end));
                result.Require(
                    product.All(movement => movement.Quantity == ordered.GetValueOrDefault(product.Key) * movement.Times),
                    $"order {order.OrderId} has {ordered.GetValueOrDefault(product.Key)} of {product.Key}, but another quantity moved");
                result.Require(product.All(movement => movement.Kind == "reserve" || movement.Kind == end),
                    $"order {order.OrderId} is {order.Status}, but a movement of {product.Key} does not fit that status");
            }
        }

        static int Times(IEnumerable<Movement> movements, string kind)
            => (int)movements.Where(movement => movement.Kind == kind).Sum(movement => movement.Times);
    }

    private sealed record Product(string ProductId, long Initial, long OnHand, long Reserved, long Sold);

    private sealed record Movement(string OrderId, string ProductId, string Kind, long Times, long Quantity);
}
