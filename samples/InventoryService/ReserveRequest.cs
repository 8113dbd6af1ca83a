namespace InventoryService;

/// <summary>The body of <c>POST /reservations</c>.</summary>
public sealed record ReserveRequest(string OrderId, IReadOnlyList<OrderLine> Items);
