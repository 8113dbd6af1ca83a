namespace OrderService.Clients;

/// <summary>The response of the inventory service to an availability request.</summary>
internal sealed record Availability(bool Available);
