namespace InventoryService;

/// <summary>The body of <c>PUT /products/{id}</c>: the opening stock.</summary>
/// <param name="OnHand">How many the books say there are.</param>
/// <param name="Missing">How many of those are not on the shelf; found out when somebody reserves them.</param>
public sealed record StockRequest(long OnHand, long Missing = 0);
