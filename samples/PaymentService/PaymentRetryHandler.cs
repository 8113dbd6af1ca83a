using PaymentService.Gateway;
using TechCorp.Messaging;
using TechCorp.Resilience;

namespace PaymentService;

/// <summary>Charges the payments that were queued while the circuit was open. While the gateway cannot be reached, the message
/// waits and no attempt counts.</summary>
[Consumer(Queue = "payments.retry")]
public sealed class PaymentRetryHandler(Payments payments) : IMessageHandler<PaymentRetry>
{
    /// <inheritdoc/>
    public async Task HandleAsync(PaymentRetry message, MessageContext context, CancellationToken cancellationToken)
    {
        try
        {
            await payments.ChargeQueuedAsync(message.PaymentKey, cancellationToken);
        }
        catch (Exception exception) when (exception is GatewayUnavailableException or GatewayReplyLostException or TimeoutRejectedException)
        {
            throw new RetryLaterException($"The payment gateway cannot be reached: {exception.Message}", TimeSpan.FromSeconds(1));
        }
    }
}
