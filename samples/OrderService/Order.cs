namespace OrderService;

/// <summary>An order as it stands.</summary>
/// <param name="OrderId">Derived from the idempotency key, so the same request is the same order.</param>
/// <param name="UserId">Who ordered.</param>
/// <param name="Amount">In cents.</param>
/// <param name="Status">pending, completed, cancelled.</param>
/// <param name="Reason">Why it was cancelled.</param>
public sealed record Order(string OrderId, string UserId, long Amount, string Status, string? Reason);
