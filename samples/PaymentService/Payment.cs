namespace PaymentService;

/// <summary>A payment, identified by its idempotency key.</summary>
public sealed record Payment(string PaymentKey, string OrderId, long Amount, string PaymentToken, string Status, string? Reason);
