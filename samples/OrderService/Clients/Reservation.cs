namespace OrderService.Clients;

/// <summary>A reservation request of an order to the inventory service.</summary>
internal sealed record Reservation(string OrderId, IReadOnlyList<ReservationLine> Items);
