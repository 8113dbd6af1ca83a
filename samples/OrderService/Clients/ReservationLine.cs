namespace OrderService.Clients;

/// <summary>One product of an order that is to be reserved.</summary>
internal sealed record ReservationLine(string ProductId, long Quantity);
