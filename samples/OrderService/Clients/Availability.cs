namespace OrderService.Clients;

/// <summary>What the inventory answers when it is asked.</summary>
internal sealed record Availability(bool Available);
