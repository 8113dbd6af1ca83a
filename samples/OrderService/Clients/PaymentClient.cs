using System.Net;
using OrderService.Saga;
using TechCorp.Resilience;

namespace OrderService.Clients;

/// <summary>Calls the payment service over REST.</summary>
public sealed class PaymentClient(HttpClient http)
{
    /// <summary>Charges under a key; repeating the request with the same key returns the outcome. The client's handler adds
    /// timeout and circuit breaker.</summary>
    /// <exception cref="HttpRequestException">The outcome is unknown.</exception>
    /// <exception cref="TimeoutRejectedException">The outcome is unknown.</exception>
    /// <exception cref="CircuitOpenException">The request was not sent; call again later.</exception>
    internal async Task<ChargeResult> ChargeAsync(string key, OrderState order, CancellationToken cancellationToken)
    {
        var body = JsonContent.Create(new Charge(order.OrderId, order.Amount, order.PaymentToken), ClientJson.Default.Charge);
        using var response = await http.PostAsync("/payments", key, body, cancellationToken);
        switch (response)
        {
            // The key belongs to an attempt that still runs, or to a dead process whose lease has not ended yet.
            case { StatusCode: HttpStatusCode.Conflict, Headers.RetryAfter.Delta: { } wait }:
                return new ChargeResult(ChargeOutcome.Running, wait);
            case { StatusCode: HttpStatusCode.Accepted }:
                return new ChargeResult(ChargeOutcome.Queued);
            case { StatusCode: HttpStatusCode.PaymentRequired }:
                return new ChargeResult(ChargeOutcome.Declined);
            default:
                response.EnsureSuccessStatusCode();
                return new ChargeResult(ChargeOutcome.Charged);
        }
    }

    internal async Task RefundAsync(string key, string actionKey, string orderId, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsync("/payments/refunds", key, JsonContent.Create(new Undo(orderId, actionKey), ClientJson.Default.Undo),
            cancellationToken);
        response.EnsureSuccessStatusCode();
        if (response.StatusCode == HttpStatusCode.Accepted)
        {
            throw new HttpRequestException("The payment service has started the refund but not finished it.");
        }
    }
}
