namespace PaymentService;

/// <summary>The body of <c>POST /payments/refunds</c>.</summary>
/// <param name="OrderId">The order that was paid.</param>
/// <param name="ActionKey">The idempotency key of the charge to refund.</param>
public sealed record RefundRequest(string OrderId, string ActionKey);
