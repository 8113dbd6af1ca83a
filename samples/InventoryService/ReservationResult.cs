namespace InventoryService;

/// <summary>How a change of a reservation ended.</summary>
/// <param name="Status">reserved, rejected, released, sold, or none where there was nothing to undo.</param>
/// <param name="Reason">Why it was rejected.</param>
public sealed record ReservationResult(string Status, string? Reason = null);
