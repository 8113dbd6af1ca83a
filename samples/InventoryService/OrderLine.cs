namespace InventoryService;

/// <summary>A product and how many of it.</summary>
public sealed record OrderLine(string ProductId, long Quantity);
