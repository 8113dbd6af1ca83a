namespace OrderService;

/// <summary>The body of <c>POST /orders</c>.</summary>
/// <param name="UserId">The customer.</param>
/// <param name="Items">The ordered products.</param>
/// <param name="PaymentToken">The means of payment.</param>
public sealed record PlaceOrderRequest(string UserId, IReadOnlyList<OrderItem> Items, string PaymentToken)
{
    internal string? FindProblem() => this switch
    {
        { UserId: null or "" } => "user_id is missing.",
        { PaymentToken: null or "" } => "payment_token is missing.",
        { Items: null or [] } => "items is empty; order at least one product.",
        _ when Items.Any(item => item is null) => "an item is null.",
        _ when Items.FirstOrDefault(item => string.IsNullOrEmpty(item.ProductId) || item.Quantity is < 1 or > 1_000_000
            || item.UnitPrice is < 1 or > 1_000_000_000) is { } item
            => $"item '{item.ProductId}' needs a product_id, a quantity from 1 to 1000000 and a unit_price from 1 to 1000000000 cents.",
        _ => null,
    };
}
