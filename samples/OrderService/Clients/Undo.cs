namespace OrderService.Clients;

/// <summary>A request to compensate the action with this key.</summary>
internal sealed record Undo(string OrderId, string ActionKey);
