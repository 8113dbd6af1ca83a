namespace OrderFlow;

/// <summary>Stock is conserved, and every order moved what it ordered as its end says: reserved and sold once, or reserved and released once, or not at all.</summary>
internal static class StockAudit
{
    internal static async Task RunAsync(Verdict verdict, IReadOnlyList<OrderRow> orders, IReadOnlyDictionary<string, ScriptedOrder> scripted, ServiceFleet fleet, CancellationToken cancellationToken)
    {
        var movements = await fleet.ReadAsync<Movement>(
            "inventory-service",
            "select order_id as OrderId, product_id as ProductId, kind as Kind, count(*) as Times, cast(sum(quantity) as bigint) as Quantity from stock_movements group by order_id, product_id, kind",
            cancellationToken);
        foreach (var product in await fleet.ReadAsync<Product>(
            "inventory-service", "select product_id as ProductId, initial as Initial, on_hand as OnHand, reserved as Reserved, sold as Sold from products", cancellationToken))
        {
            verdict.Require(product.OnHand + product.Reserved + product.Sold == product.Initial, $"stock of {product.ProductId} is not conserved: {product}");
            verdict.Require(product.Reserved == 0, $"{product.Reserved} of {product.ProductId} are reserved for nobody");
            var sold = movements.Where(movement => movement.ProductId == product.ProductId && movement.Kind == "sell").Sum(movement => movement.Quantity);
            verdict.Require(product.Sold == sold, $"{product.Sold} of {product.ProductId} are sold, but only {sold} moved so");
            verdict.Require(product.OnHand >= 0, $"stock of {product.ProductId} is negative: {product.OnHand}");
        }

        var byOrder = movements.ToLookup(movement => movement.OrderId);
        foreach (var order in orders.Where(order => order.Status != "pending"))
        {
            var ofOrder = byOrder[order.OrderId].ToLookup(movement => movement.ProductId);
            var ordered = scripted.TryGetValue(order.OrderId, out var script) ? script.Lines.ToDictionary(line => line.Product, line => (long)line.Quantity) : [];
            verdict.Require(order.Status != "completed" || ofOrder.Count == ordered.Count, $"order {order.OrderId} is completed, but {ofOrder.Count} products moved and {ordered.Count} are ordered");
            foreach (var product in ofOrder)
            {
                var end = order.Status == "completed" ? "sell" : "release";
                verdict.Expect($"reservation of {product.Key} for order {order.OrderId}", 1, Times(product, "reserve"));
                verdict.Expect($"{end} of {product.Key} for order {order.OrderId}", 1, Times(product, end));
                verdict.Require(
                    product.All(movement => movement.Quantity == ordered.GetValueOrDefault(product.Key) * movement.Times),
                    $"order {order.OrderId} is over {ordered.GetValueOrDefault(product.Key)} of {product.Key}, but another number moved");
                verdict.Require(product.All(movement => movement.Kind == "reserve" || movement.Kind == end), $"order {order.OrderId} is {order.Status} but its {product.Key} moved otherwise");
            }
        }

        static int Times(IEnumerable<Movement> movements, string kind) => (int)movements.Where(movement => movement.Kind == kind).Sum(movement => movement.Times);
    }

    private sealed record Product(string ProductId, long Initial, long OnHand, long Reserved, long Sold);

    private sealed record Movement(string OrderId, string ProductId, string Kind, long Times, long Quantity);
}
