namespace InventoryService;

/// <summary>The result of a change to a reservation.</summary>
/// <param name="Status"><c>reserved</c>, <c>rejected</c>, <c>released</c>, <c>sold</c>, or <c>none</c> if there was nothing to release.</param>
/// <param name="Reason">Why it was rejected.</param>
public sealed record ReservationResult(string Status, string? Reason = null);
