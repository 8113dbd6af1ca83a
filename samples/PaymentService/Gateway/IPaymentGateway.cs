namespace PaymentService.Gateway;

/// <summary>The payment provider. Charges and refunds are idempotent by key, as at real providers.</summary>
public interface IPaymentGateway
{
    /// <summary>Charges once for each payment key.</summary>
    /// <exception cref="GatewayUnavailableException">The gateway did not accept the request: nothing was charged.</exception>
    /// <exception cref="GatewayReplyLostException">The gateway may have charged.</exception>
    Task<GatewayReply> ChargeAsync(Payment payment, CancellationToken cancellationToken);

    /// <summary>Refunds a charge; without a charge, prevents a later one under this key.</summary>
    /// <returns>Whether there was a charge to refund.</returns>
    /// <exception cref="GatewayUnavailableException">The gateway did not accept the request.</exception>
    Task<bool> RefundAsync(string paymentKey, CancellationToken cancellationToken);
}
