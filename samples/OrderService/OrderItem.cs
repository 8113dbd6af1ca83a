namespace OrderService;

/// <summary>A product, how many of it, and the price of one in cents.</summary>
public sealed record OrderItem(string ProductId, long Quantity, long UnitPrice);
