namespace PaymentService;

/// <summary>A payment as others may see it: without the means of payment.</summary>
public sealed record PaymentView(string PaymentKey, string OrderId, long Amount, string Status, string? Reason)
{
    internal static PaymentView Of(Payment payment) => new(payment.PaymentKey, payment.OrderId, payment.Amount, payment.Status, payment.Reason);
}
