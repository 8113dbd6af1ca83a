namespace PaymentService;

/// <summary>A payment that waits in <c>payments.retry</c> until the gateway can be reached, with the key that makes the charge idempotent.</summary>
public sealed record PaymentRetry(string OrderId, long Amount, string PaymentKey);
