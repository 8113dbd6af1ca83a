namespace PaymentService;

/// <summary>A payment that waits for the gateway to come back; the seed's message on <c>payments.retry</c>, with the key that makes it safe.</summary>
public sealed record PaymentRetry(string OrderId, long Amount, string PaymentKey);
