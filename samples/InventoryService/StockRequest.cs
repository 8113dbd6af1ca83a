namespace InventoryService;

/// <summary>The body of <c>PUT /products/{id}</c>: the initial stock.</summary>
/// <param name="OnHand">The quantity according to the database.</param>
/// <param name="Missing">How many of those are missing on the shelf; a reservation discovers it.</param>
public sealed record StockRequest(long OnHand, long Missing = 0);
