namespace InventoryService;

/// <summary>The body of <c>POST /reservations/{orderId}/release</c>.</summary>
/// <param name="ActionKey">The idempotency key of the reservation that is undone.</param>
public sealed record ReleaseRequest(string ActionKey);
