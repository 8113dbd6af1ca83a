namespace PaymentService;

/// <summary>A payment as callers see it: without the payment token.</summary>
public sealed record PaymentView(string PaymentKey, string OrderId, long Amount, string Status, string? Reason)
{
    internal static PaymentView Of(Payment payment) => new(payment.PaymentKey, payment.OrderId, payment.Amount, payment.Status, payment.Reason);
}
