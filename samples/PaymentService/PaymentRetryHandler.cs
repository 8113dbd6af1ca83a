using PaymentService.Gateway;
using TechCorp.Messaging;
using TechCorp.Resilience;

namespace PaymentService;

/// <summary>Charges what was queued while the circuit was open. An open circuit or a gateway that is away costs no attempt: the message waits.</summary>
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
            throw new RetryLaterException($"The gateway is away: {exception.Message}", TimeSpan.FromSeconds(1));
        }
    }
}
