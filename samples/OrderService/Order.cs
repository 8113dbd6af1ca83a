namespace OrderService;

/// <summary>An order and its current status.</summary>
/// <param name="OrderId">Derived from the idempotency key, so a repeated request gets the same order.</param>
/// <param name="UserId">Who ordered.</param>
/// <param name="Amount">In cents.</param>
/// <param name="Status"><c>pending</c>, <c>completed</c>, <c>cancelled</c>.</param>
/// <param name="Reason">Why it was canceled.</param>
public sealed record Order(string OrderId, string UserId, long Amount, string Status, string? Reason);
