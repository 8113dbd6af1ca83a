using Microsoft.AspNetCore.Mvc;
using PaymentService.Gateway;
using TechCorp.Resilience;

namespace PaymentService;

/// <summary>Charge and refund over HTTP, each by idempotency key.</summary>
internal static class PaymentEndpoints
{
    internal static void MapPayments(this WebApplication app)
    {
        app.MapPost("/payments", async (ChargeRequest request, [FromHeader(Name = "Idempotency-Key")] string? key, Payments payments, CancellationToken cancellationToken) =>
            string.IsNullOrEmpty(key) ? MissingKey()
                : request.Amount <= 0 ? Results.Problem($"amount must be positive; it is {request.Amount}.", statusCode: StatusCodes.Status400BadRequest)
                : string.IsNullOrEmpty(request.OrderId) || string.IsNullOrEmpty(request.PaymentToken) ? Results.Problem("order_id and payment_token are needed.", statusCode: StatusCodes.Status400BadRequest)
                : await AnswerAsync(() => payments.ChargeAsync(key, request, cancellationToken), wanted: [PaymentStatus.Charged]));

        app.MapPost("/payments/refunds", async (RefundRequest request, [FromHeader(Name = "Idempotency-Key")] string? key, Payments payments, CancellationToken cancellationToken) =>
            string.IsNullOrEmpty(key) || string.IsNullOrEmpty(request.ActionKey)
                ? MissingKey()
                : await AnswerAsync(() => payments.RefundAsync(request, cancellationToken), wanted: [PaymentStatus.Refunded, PaymentStatus.Cancelled, PaymentStatus.Declined]));

        app.MapGet("/payments/{key}", async (string key, PaymentStore store, CancellationToken cancellationToken) =>
            await store.FindAsync(key, cancellationToken) is { } payment ? Results.Ok(PaymentView.Of(payment)) : Results.NotFound());

        app.MapGet("/payments", async (string orderId, PaymentStore store, CancellationToken cancellationToken) =>
            Results.Ok((await store.FindByOrderAsync(orderId, cancellationToken)).Select(PaymentView.Of)));
    }

    private static async Task<IResult> AnswerAsync(Func<Task<Payment>> operation, string[] wanted)
    {
        try
        {
            var payment = await operation();
            var view = PaymentView.Of(payment);
            return payment.Status switch
            {
                _ when wanted.Contains(payment.Status) => Results.Ok(view),
                PaymentStatus.Declined => Results.Json(view, statusCode: StatusCodes.Status402PaymentRequired),
                PaymentStatus.Queued or PaymentStatus.Unknown or PaymentStatus.Refunding => Results.Json(new { status = PaymentStatus.Queued }, statusCode: StatusCodes.Status202Accepted),
                _ => Results.Json(view, statusCode: StatusCodes.Status409Conflict),
            };
        }
        catch (Exception e) when (e is GatewayUnavailableException or CircuitOpenException)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (Exception e) when (e is GatewayReplyLostException or TimeoutRejectedException)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status504GatewayTimeout);
        }
    }

    private static IResult MissingKey() => Results.Problem("Idempotency-Key is missing: send one, and the same one on every attempt.", statusCode: StatusCodes.Status400BadRequest);
}
