namespace InventoryService;

/// <summary>What this service reads of the event <c>order.created</c>; other fields are ignored.</summary>
public sealed record OrderCreated(string OrderId, IReadOnlyList<OrderLine> Items);
