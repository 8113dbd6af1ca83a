using PaymentService.Gateway;
using TechCorp.Resilience;

namespace PaymentService;

/// <summary>Processes payments: looks up the key, charges through the circuit breaker, and queues the payment while the circuit is open.</summary>
public sealed class Payments(PaymentStore store, IPaymentGateway gateway, ResiliencePipelineRegistry pipelines)
{
    private readonly ResiliencePipeline _pipeline = pipelines.Get("gateway");

    /// <summary>Charges once for each key, however often it is called.</summary>
    /// <returns>The payment with its current status: charged, declined, canceled, or queued while the circuit is open.</returns>
    public async Task<Payment> ChargeAsync(string key, ChargeRequest request, CancellationToken cancellationToken)
    {
        var payment = await store.BeginChargeAsync(key, request, cancellationToken);
        if (payment.Status != PaymentStatus.Unknown)
        {
            return payment;
        }

        try
        {
            return await CallGatewayAsync(payment, cancellationToken);
        }
        catch (CircuitOpenException)
        {
            return await store.QueueAsync(payment, cancellationToken);
        }
    }

    /// <summary>Charges a queued payment; does nothing if it is no longer queued.</summary>
    /// <exception cref="CircuitOpenException">The circuit is still open; call again after its <c>RetryAfter</c>.</exception>
    public async Task ChargeQueuedAsync(string key, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(key, cancellationToken) is { Status: PaymentStatus.Queued } payment)
        {
            await CallGatewayAsync(payment, cancellationToken);
        }
    }

    /// <summary>Refunds a charge, whether it happened, may have happened, or never arrived.</summary>
    public async Task<Payment> RefundAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        var payment = await store.BeginRefundAsync(request, cancellationToken);
        if (payment.Status != PaymentStatus.Refunding)
        {
            return payment;
        }

        var refunded = await _pipeline.ExecuteAsync(
            static (state, token) => new ValueTask<bool>(state.gateway.RefundAsync(state.PaymentKey, token)), (gateway, payment.PaymentKey), cancellationToken);
        return await store.RecordAsync(payment, refunded ? PaymentStatus.Refunded : PaymentStatus.Cancelled, payment.Reason, cancellationToken);
    }

    private async Task<Payment> CallGatewayAsync(Payment payment, CancellationToken cancellationToken)
    {
        var reply = await _pipeline.ExecuteAsync(
            static (state, token) => new ValueTask<GatewayReply>(state.gateway.ChargeAsync(state.payment, token)), (gateway, payment), cancellationToken);
        return await store.RecordAsync(payment, reply.Charged ? PaymentStatus.Charged : PaymentStatus.Declined, reply.Reason, cancellationToken);
    }
}
