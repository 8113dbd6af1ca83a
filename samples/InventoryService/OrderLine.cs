namespace InventoryService;

/// <summary>A product and its quantity.</summary>
public sealed record OrderLine(string ProductId, long Quantity);
