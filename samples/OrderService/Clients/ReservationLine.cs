namespace OrderService.Clients;

/// <summary>One product of a reservation request.</summary>
internal sealed record ReservationLine(string ProductId, long Quantity);
