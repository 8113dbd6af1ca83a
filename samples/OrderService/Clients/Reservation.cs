namespace OrderService.Clients;

/// <summary>What an order asks the inventory to keep for it.</summary>
internal sealed record Reservation(string OrderId, IReadOnlyList<ReservationLine> Items);
