namespace OrderService.Clients;

/// <summary>Takes back what the action with this key did.</summary>
internal sealed record Undo(string OrderId, string ActionKey);
