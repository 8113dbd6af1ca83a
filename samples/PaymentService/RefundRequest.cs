namespace PaymentService;

/// <summary>The body of <c>POST /payments/refunds</c>.</summary>
/// <param name="OrderId">What was paid.</param>
/// <param name="ActionKey">The idempotency key of the charge that is undone.</param>
public sealed record RefundRequest(string OrderId, string ActionKey);
