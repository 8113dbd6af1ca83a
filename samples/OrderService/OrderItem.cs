namespace OrderService;

/// <summary>A product with its quantity and its unit price in cents.</summary>
public sealed record OrderItem(string ProductId, long Quantity, long UnitPrice);
