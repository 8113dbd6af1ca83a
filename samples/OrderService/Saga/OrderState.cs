namespace OrderService.Saga;

/// <summary>What the order saga must remember across crashes.</summary>
public sealed record OrderState(string OrderId, string UserId, long Amount, string PaymentToken, IReadOnlyList<OrderItem> Items);
