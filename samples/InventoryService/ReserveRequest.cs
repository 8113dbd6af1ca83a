namespace InventoryService;

/// <summary>The body of <c>POST /reservations</c>.</summary>
public sealed record ReserveRequest(string OrderId, IReadOnlyList<OrderLine> Items)
{
    internal string? FindProblem() => this switch
    {
        { OrderId: null or "" } => "order_id is missing.",
        { Items: null or [] } => "items is empty: reserve at least one product.",
        _ when Items.Any(item => item is null || string.IsNullOrEmpty(item.ProductId) || item.Quantity is < 1 or > 1_000_000)
            => "every item needs a product_id and a quantity from 1 to 1000000.",
        _ => null,
    };
}
