namespace InventoryService;

/// <summary>The body of <c>POST /reservations/{orderId}/release</c>.</summary>
/// <param name="ActionKey">The idempotency key of the reservation to release.</param>
public sealed record ReleaseRequest(string ActionKey);
