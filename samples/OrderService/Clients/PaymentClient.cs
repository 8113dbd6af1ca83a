using System.Net;
using OrderService.Saga;
using TechCorp.Resilience;

namespace OrderService.Clients;

/// <summary>The payment service over REST.</summary>
public sealed class PaymentClient(HttpClient http)
{
    /// <summary>Charges by key; asking again with the same key tells how it went. Timeout and circuit breaker are in the client's handler.</summary>
    /// <exception cref="HttpRequestException">Nobody knows whether it was charged.</exception>
    /// <exception cref="TimeoutRejectedException">Nobody knows either.</exception>
    /// <exception cref="CircuitOpenException">It was not asked: the service is down, and is asked again later.</exception>
    internal async Task<ChargeReply> ChargeAsync(string key, OrderState order, CancellationToken cancellationToken)
    {
        var body = JsonContent.Create(new Charge(order.OrderId, order.Amount, order.PaymentToken), ClientJson.Default.Charge);
        using var response = await http.PostAsync("/payments", key, body, cancellationToken);
        switch (response)
        {
            // The key is held by an attempt that still runs, or by one that died with its process and whose lease must end.
            case { StatusCode: HttpStatusCode.Conflict, Headers.RetryAfter.Delta: { } wait }:
                return new ChargeReply(ChargeAnswer.Running, wait);
            case { StatusCode: HttpStatusCode.Accepted }:
                return new ChargeReply(ChargeAnswer.Queued);
            case { StatusCode: HttpStatusCode.PaymentRequired }:
                return new ChargeReply(ChargeAnswer.Declined);
            default:
                response.EnsureSuccessStatusCode();
                return new ChargeReply(ChargeAnswer.Charged);
        }
    }

    internal async Task RefundAsync(string key, string actionKey, string orderId, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsync("/payments/refunds", key, JsonContent.Create(new Undo(orderId, actionKey), ClientJson.Default.Undo), cancellationToken);
        response.EnsureSuccessStatusCode();
        if (response.StatusCode == HttpStatusCode.Accepted)
        {
            throw new HttpRequestException("The refund has begun but is not finished.");
        }
    }
}
